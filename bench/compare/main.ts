/** `npm run compare`: what each library does in the same situations, as a table for the README and as JSON. */
import '../../src/node-version.js';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {withTemporaryDirectory} from '../../examples/demo/temporary.js';
import {messageOf} from '../../src/message.js';
import {installPackages} from '../harness/packages.js';

const USAGE = `npm run compare -- [--dir DIR]

  --dir DIR  where the databases are made, on a real disk (default: the directory for temporary files)`;

const dir = readDirectory();
installPackages();
// It needs those packages.
const {compare} = await import('./compare.js');
await withTemporaryDirectory('hotcopy-compare-', dir, async (directory, {signal}) => {
	await compare(directory, signal);
});

function readDirectory(): string {
	try {
		return parseArgs({options: {dir: {type: 'string', default: tmpdir()}}}).values.dir;
	} catch (error) {
		console.error(`${messageOf(error)}\n\n${USAGE}`);
		process.exit(1);
	}
}
