import assert from 'node:assert/strict';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {runProgram, tryProgram} from './program.js';

/** What only the command needs, of the packages that are installed with this one. */
const LIBRARY_NEEDS = ['eventemitter3', 'piscina'];

/** The command, as somebody runs it who has installed the package. */
export function checkCommand(consumer: string): void {
	const installed = join(consumer, 'node_modules/sqlite-hotcopy/package.json');
	const {version} = JSON.parse(readFileSync(installed, 'utf8')) as {readonly version: string};
	const run = (...args: readonly string[]): string => runProgram('npx', ['sqlite-hotcopy', ...args], consumer);
	assert.equal(run('--version').trim(), version);
	// `esm.mjs` has made this database.
	assert.match(
		run('copy', 'esm.db', 'command-copy.db', '--verify', '--checksum'),
		/command-copy\.db: .*verified \(full\)\n/,
	);
	assert.match(run('copy-all', 'esm*.db', '--out', 'command-copies'), /copied/);
	assert.match(run('verify', 'command-copy.db', 'command-copies/esm.db'), /^ok: command-copy\.db: .*\nok: .*\n$/);
}

/** One line, and neither a stack nor a segmentation fault. */
export function checkCommandOnOldNode(node: string, consumer: string): void {
	const program = join(consumer, 'node_modules/sqlite-hotcopy/dist/src/cli/main.js');
	const {exitCode, signal, output} = tryProgram(node, [program, '--version'], consumer);
	assert.equal(signal, null, `it was ended by ${String(signal)}:\n${output}`);
	assert.equal(exitCode, 1, output);
	assert.match(output, /^sqlite-hotcopy needs Node\.js >= 22\.20, but this is Node\.js [^\n]*\n$/);
}

/** An application that only imports the library loads nothing of the command. */
export function removeWhatTheCommandNeeds(root: string, consumer: string): void {
	const text = readFileSync(join(root, 'package.json'), 'utf8');
	const {dependencies} = JSON.parse(text) as {readonly dependencies: Readonly<Record<string, string>>};
	for (const name of Object.keys(dependencies)) {
		const directory = join(consumer, 'node_modules', name);
		assert(existsSync(directory), `${name} was not installed`);
		if (!LIBRARY_NEEDS.includes(name)) rmSync(directory, {recursive: true});
	}
}
