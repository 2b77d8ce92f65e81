import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {
	backup,
	BackupError,
	BackupManager,
	SQLITE_BUSY,
	SQLITE_DONE,
	SQLITE_OK,
	type BackupOptions,
} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {HOLDERS, openElsewhere} from '../helpers/connection.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {lockOut} from '../helpers/lock.js';
import {until} from '../helpers/until.js';

const OPTIONS: readonly BackupOptions[] = [
	...STRATEGY_NAMES.map((strategy) => ({strategy, sleep: 0.01})),
	{pages: 1, sleep: 0.01},
	{pages: 1, sleep: 0},
];

for (const [who, open] of Object.entries(HOLDERS)) {
	for (const wal of [false, true]) {
		for (const options of OPTIONS) {
			const title = `${wal ? 'WAL' : 'rollback'}, locked by ${who}, ${JSON.stringify(options)}`;
			test.serial(`a locked source is tried until it is released: ${title}`, async (t) => {
				const directory = makeDirectory(t);
				const source = join(directory, 'app.db');
				const target = join(directory, 'copy.db');
				makeAccounts(source, {wal}).close();
				const release = await lockOut(t, source, open);
				const calls: [number, number, number][] = [];

				const result = await backup(source, target, {
					...options,
					progress: (...call) => {
						calls.push(call);
						if (calls.length === 3) void release();
					},
				});

				const busy = calls.filter(([status]) => status === SQLITE_BUSY);
				t.true(busy.length >= 3);
				t.deepEqual(calls.slice(0, busy.length), new Array(busy.length).fill([SQLITE_BUSY, 0, 0]));
				t.is(result.busyRetries, busy.length);
				t.deepEqual(calls.at(-1), [SQLITE_DONE, 0, result.pages]);
				t.like(result, {restarts: 0, strategy: options.strategy ?? 'pages'});
				t.deepEqual(healthOf(target), healthy());
			});
		}
	}
}

test.serial('a source that is locked between two steps is waited for, and the copy goes on where it was', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {accounts: 1000}).close();
	const holder = await openElsewhere(t, source);
	const calls: [number, number, number][] = [];
	let dawdling = true;

	const copying = backup(source, join(directory, 'copy.db'), {
		pages: 1,
		sleep: 0.01,
		progress: (...call) => {
			calls.push(call);
			// The next step waits for this one's callback, so there is time to take the lock.
			if (dawdling && call[0] === SQLITE_OK) dawdle();
		},
	});
	await until(() => calls.length > 0);
	await holder.run('BEGIN EXCLUSIVE');
	await until(() => calls.at(-1)?.[0] === SQLITE_BUSY);
	dawdling = false;
	// An empty transaction, which changes nothing.
	await holder.run('COMMIT');
	const {busyRetries, restarts, pages} = await copying;

	const busy = calls.findIndex(([status]) => status === SQLITE_BUSY);
	t.deepEqual(calls[busy], [SQLITE_BUSY, calls[busy - 1]?.[1] ?? NaN, pages]);
	t.is(calls.length, pages + busyRetries);
	t.is(restarts, 0);
});

const STALLS: readonly BackupOptions[] = [
	...STRATEGY_NAMES.map((strategy) => ({strategy, sleep: 0.01})),
	{sleep: 0},
	{sleep: 3600},
];

for (const options of STALLS) {
	test.serial(
		`a source that stays locked for the stallTimeout is ERR_BACKUP_BUSY: ${JSON.stringify(options)}`,
		async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			makeAccounts(source).close();
			const release = await lockOut(t, source);
			const before = listDirectory(directory);
			let busy = 0;

			const error = await t.throwsAsync(
				backup(source, join(directory, 'copy.db'), {...options, stallTimeout: 300, progress: () => busy++}),
				{instanceOf: BackupError},
			);

			t.is(error.code, 'ERR_BACKUP_BUSY');
			t.is(error.sqliteCode, 'SQLITE_BUSY');
			t.regex(error.message, /The source was locked by another connection for 300 ms/);
			t.is(typeof error.jobId, 'string');
			t.true(busy > 0);
			t.deepEqual(listDirectory(directory), before);
			await release();
		},
	);
}

test.serial('each step starts the stallTimeout anew', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {accounts: 1000}).close();
	const holder = await openElsewhere(t, source);
	const stallTimeout = 3000;
	let status: number | undefined;
	let dawdling = true;

	const copying = backup(source, join(directory, 'copy.db'), {
		pages: 1,
		sleep: 0.01,
		stallTimeout,
		progress: (latest) => {
			status = latest;
			if (dawdling && status === SQLITE_OK) dawdle();
		},
	});
	// Three waits, together longer than the timeout.
	for (let wait = 0; wait < 3; wait++) {
		await until(() => status === SQLITE_OK);
		await holder.run('BEGIN EXCLUSIVE');
		await until(() => status === SQLITE_BUSY);
		await setTimeout(stallTimeout / 2.5);
		await holder.run('COMMIT');
	}

	dawdling = false;
	await t.notThrowsAsync(copying);
});

test.serial('the time that a callback takes does not count as a stall', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const database = makeAccounts(source);
	t.teardown(() => database.close());
	const stallTimeout = 1000;
	let calls = 0;

	const {busyRetries} = await backup(source, join(directory, 'copy.db'), {
		pages: 1,
		sleep: 0.01,
		stallTimeout,
		progress: () => {
			if (calls++ > 0) return;
			dawdle(stallTimeout + 100);
			database.exec('BEGIN EXCLUSIVE');
			void setTimeout(50).then(() => database.exec('COMMIT'));
		},
	});

	t.true(busyRetries > 0);
});

function dawdle(ms = 20): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test.serial('an abort wakes a job that sleeps for an hour, and its thread goes on to the next', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const other = join(directory, 'other.db');
	makeAccounts(source).close();
	makeAccounts(other).close();
	await lockOut(t, source);
	await using manager = new BackupManager({maxThreads: 1});
	const controller = new AbortController();

	const error = await t.throwsAsync(
		manager.backup(source, join(directory, 'copy.db'), {
			sleep: 3600,
			stallTimeout: Infinity,
			signal: controller.signal,
			progress: () => {
				controller.abort('enough');
			},
		}),
	);

	t.is(error.name, 'AbortError');
	t.is(error.cause, 'enough');
	// There is one thread: were it still asleep, this would never be done.
	await manager.backup(other, join(directory, 'next.db'));
	t.false(existsSync(join(directory, 'copy.db')));
});
