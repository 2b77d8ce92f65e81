/** `npm run bench -- large --quick`: runs workloads of `workloads/` and writes what they measured to `results/`. */
import '../src/node-version.js';
import {tmpdir} from 'node:os';
import {withTemporaryDirectory} from '../examples/demo/temporary.js';
import {messageOf} from '../src/message.js';
import {readCommandLine, usage, type CommandLine} from './harness/command-line.js';
import {installPackages} from './harness/packages.js';

const commandLine = read();
if (commandLine.help) {
	console.log(usage());
} else {
	installPackages();
	// It needs those packages.
	const {runWorkloads} = await import('./harness/run.js');
	await withTemporaryDirectory('hotcopy-bench-', commandLine.dir ?? tmpdir(), async (directory, {signal}) => {
		await runWorkloads(commandLine, directory, signal);
	});
}

function read(): CommandLine {
	try {
		return readCommandLine(process.argv.slice(2));
	} catch (error) {
		console.error(`${messageOf(error)}\n\n${usage()}`);
		process.exit(1);
	}
}
