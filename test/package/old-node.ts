import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {tryProgram} from './program.js';

/** What `engines` asks for; the first that is new enough. */
const REQUIRED = [22, 20] as const;

/** A Node.js on the PATH that is too old, with its version; not one that npm put there. */
export function findOldNode(): {readonly path: string; readonly version: string} | undefined {
	const name = process.platform === 'win32' ? 'node.exe' : 'node';
	const directories = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
	for (const directory of directories) {
		const path = join(directory, name);
		if (!existsSync(path)) continue;
		const version = tryProgram(path, ['--version'], directory).stdout.trim();
		if (isOld(version)) return {path, version};
	}

	return undefined;
}

/** It ends with a message that says what to do, and not with a segmentation fault of the native addon. */
export function checkRefusal(node: string, program: string, cwd: string): void {
	const {exitCode, signal, output} = tryProgram(node, [program], cwd);
	assert.equal(signal, null, `it was ended by ${String(signal)}:\n${output}`);
	assert.notEqual(exitCode, 0, `it ran:\n${output}`);
	assert.match(output, /sqlite-hotcopy needs Node\.js >= 22\.20, but this is Node\.js \d+\.\d+\.\d+/);
}

function isOld(version: string): boolean {
	const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
	return major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1]);
}
