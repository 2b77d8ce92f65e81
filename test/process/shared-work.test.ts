import {spawnSync} from 'node:child_process';
import {readFileSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {Sweeps} from '../../src/sweeps.js';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {LOADER} from '../helpers/loader.js';
import {hasStrace, STRACE} from '../helpers/strace.js';

const FIXTURE = fileURLToPath(new URL('../fixtures/shared-work.ts', import.meta.url));
const TIMES = 20;

interface Expected {
	/** How often the directory is flushed. */
	readonly flushes?: number;
	/** How often it is read. */
	readonly looks?: number | 'not each time';
}

/** What a directory has done to it when so many ask for it. */
const WAYS: Readonly<Record<string, Expected>> = {
	'flush together': {flushes: 1},
	'flush during another': {flushes: 2},
	'flush in turn': {flushes: TIMES},
	'back up together': {looks: 'not each time', flushes: TIMES},
	'back up in turn': {looks: TIMES, flushes: TIMES},
	'back up in a loop': {looks: 'not each time', flushes: TIMES},
	'back up in a slow loop': {looks: 2, flushes: 2},
};

for (const [way, {flushes, looks}] of Object.entries(WAYS)) {
	test.serial(`${way}: shared only where it began after it was asked for`, (t) => {
		if (!hasStrace()) {
			t.log('not tried: strace is not here, or may not trace');
			t.pass();
			return;
		}

		const directory = realpathSync(makeDirectory(t));
		makeAccounts(join(directory, 'app.db')).close();
		const trace = join(makeDirectory(t), 'strace');
		const [strace, ...options] = STRACE;
		const {status, stderr} = spawnSync(
			strace,
			[...options, '-y', '-e', 'trace=fsync,openat', '-o', trace, process.execPath, LOADER, FIXTURE, way, directory],
			{encoding: 'utf8'},
		);
		t.is(status, 0, stderr);
		const calls = readFileSync(trace, 'utf8').split('\n');
		const flushed = calls.filter((call) => call.includes('fsync(') && call.includes(`<${directory}>`));
		const read = calls.filter(
			(call) => call.includes('openat(') && call.includes(`"${directory}"`) && call.includes('O_DIRECTORY'),
		);
		if (flushes !== undefined) t.is(flushed.length, flushes);
		if (looks === 'not each time') t.true(read.length > 0 && read.length < TIMES, String(read.length));
		else if (looks !== undefined) t.is(read.length, looks);
	});
}

/** As a restore does that keeps what was there: of the file for that, and of the target's. */
test.serial('a look that is told of twice serves no longer for that', async (t) => {
	const sweeps = new Sweeps();
	const begunAt = performance.now();
	sweeps.done('/srv', begunAt);
	await sleep(1100);
	sweeps.done('/srv', begunAt);

	t.true(sweeps.isDue('/srv', begunAt - 1));
});
