import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {createProgram} from '../../src/cli/program.js';
import {runCli} from '../helpers/cli.js';

const DOCUMENT = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8');
const PACKAGE = readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8');

const commands = createProgram(() => Promise.resolve()).commands;

test.serial('--version is that of the package', async (t) => {
	const {version} = JSON.parse(PACKAGE) as {readonly version: string};
	t.deepEqual(await runCli(t, ['--version']), {exit: 0, stdout: `${version}\n`, stderr: ''});
});

test.serial('--help lists the commands and the exit codes', async (t) => {
	const {exit, stdout, stderr} = await runCli(t, ['--help']);

	t.deepEqual([exit, stderr], [0, '']);
	for (const command of commands) t.regex(stdout, new RegExp(`^  ${command.name()} `, 'm'));
	for (const code of ['0', '1', '2', '130', '141', '143']) t.regex(stdout, new RegExp(`^  ${code} +\\S`, 'm'));
});

for (const command of commands) {
	const name = command.name();
	test.serial(`${name} --help has examples, units and exit codes`, async (t) => {
		const {exit, stdout, stderr} = await runCli(t, [name, '--help']);

		t.deepEqual([exit, stderr], [0, '']);
		t.true((stdout.match(new RegExp(`^  sqlite-hotcopy ${name} `, 'gm'))?.length ?? 0) >= 2);
		for (const text of ['Examples:', '500ms, 30s, 2m', '20MB', 'Exit codes:', '130'])
			t.true(stdout.includes(text), text);
		for (const line of stdout.split('\n')) t.true(line.length <= 120, line);
	});

	test.serial(`docs/cli.md has ${name}, and each of its options`, (t) => {
		const heading = DOCUMENT.indexOf(`## \`sqlite-hotcopy ${name}`);
		t.not(heading, -1);
		for (const {long} of command.options) t.true(DOCUMENT.includes(`\`${long ?? ''}`), long ?? '');
	});
}
