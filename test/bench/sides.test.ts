import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {startDatabases} from '../../bench/harness/databases.js';
import {askVersion, startSide} from '../../bench/harness/side-process.js';
import {targetOf} from '../../bench/sides/batch.js';
import type {SideName} from '../../bench/sides/index.js';
import {makeDirectory} from '../helpers/directory.js';
import {isInstalled} from '../helpers/program.js';

/** Those that need neither a build of the package nor the bench's own packages, with the program that each needs. */
const SIDES: readonly (readonly [SideName, string])[] = [
	['better-sqlite3', 'node'],
	['node:sqlite', 'node'],
	['CPython', 'python3'],
	['sqlite3 .backup', 'sqlite3'],
	['sqlite3 VACUUM INTO', 'sqlite3'],
	['cp + sync (unsafe)', 'cp'],
];
const {signal} = new AbortController();

for (const [side, program] of SIDES) {
	const where = isInstalled(program) ? test.serial : test.serial.skip;

	where(`${side} copies all that the application has open, one after another and at once`, async (t) => {
		const directory = makeDirectory(t);
		const databases = startDatabases(signal);
		t.teardown(async () => databases.end());
		const sources = await databases.make(join(directory, 'sources'), 5, 100e3);
		t.regex(await askVersion(side, signal), /\d+\.\d+/);
		for (const concurrency of [1, 3]) {
			const copies = join(directory, `copies ${String(concurrency)}`);
			mkdirSync(copies);
			const process = await startSide(side, {concurrency}, signal);
			t.teardown(async () => process.end());
			await process.open(sources.paths);
			t.true((await process.copy(copies)).seconds > 0);
			await process.close();
			const paths = sources.paths.map((source) => targetOf(source, copies));
			await t.notThrowsAsync(databases.check(paths, sources, side !== 'sqlite3 VACUUM INTO'));
		}
	});
}

test.serial('what a side cannot do is reported with its own words, and so is its death', async (t) => {
	const process = await startSide('better-sqlite3', {concurrency: 1}, signal);
	t.teardown(async () => process.end());
	await t.throwsAsync(process.open(['/nowhere/a.db']), {message: /directory does not exist/});

	const other = await startSide('better-sqlite3', {concurrency: 1}, signal);
	t.teardown(async () => other.end());
	// It stands still, so that it cannot be done before.
	globalThis.process.kill(other.pid, 'SIGSTOP');
	const opening = other.open([join(makeDirectory(t), 'a.db')]);
	globalThis.process.kill(other.pid, 'SIGKILL');
	await t.throwsAsync(opening, {message: /process of better-sqlite3 ended \(SIGKILL\)/});
});

test.serial('an abort kills the process of a side', async (t) => {
	const controller = new AbortController();
	const process = await startSide('better-sqlite3', {concurrency: 1}, controller.signal);
	globalThis.process.kill(process.pid, 'SIGSTOP');
	const opening = process.open([join(makeDirectory(t), 'a.db')]);
	controller.abort(new Error('Ctrl-C'));
	await t.throwsAsync(opening, {message: 'Ctrl-C'});
	await process.end();
	t.throws(() => globalThis.process.kill(process.pid, 0), {code: 'ESRCH'});
});
