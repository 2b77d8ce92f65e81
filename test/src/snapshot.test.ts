import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {backup, BackupManager, SQLITE_DONE, SQLITE_OK, type BackupOptions, type SnapshotMode} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {startWriter} from '../helpers/writer.js';

/** Some 10 MB. */
const LARGE = {accounts: 2000, filler: 5000};

const PINNED: readonly BackupOptions[] = [
	{pages: 1},
	{pages: 100},
	{pages: 5, snapshot: 'pin'},
	// One step is one read transaction, whatever is asked for, and so is what is not done in steps.
	...STRATEGY_NAMES.flatMap((strategy) => [{strategy}, {strategy, snapshot: 'none' as const}]),
];

for (const options of PINNED) {
	// Not all at once: each of their writers takes a core.
	test.serial(`WAL, a writer at full speed: no restart, ${JSON.stringify(options)}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'copy.db');
		makeAccounts(source, {...LARGE, wal: true}).close();
		const writer = await startWriter(t, source);
		await writer.progress(10);
		const before = writer.transactions;

		const result = await backup(source, target, options);

		t.true(writer.transactions > before);
		await writer.stop();
		t.like(result, {restarts: 0, strategy: options.strategy ?? 'pages'});
		t.deepEqual(healthOf(target), healthy(LARGE.accounts));
	});
}

/** A counter beside the accounts tells which state was copied. */
function makeCounter(path: string, wal: boolean): {count: () => void; close: () => void} {
	const database = makeAccounts(path, {wal});
	database.pragma('synchronous = OFF');
	database.exec('CREATE TABLE counter (count INTEGER NOT NULL); INSERT INTO counter VALUES (0)');
	const update = database.prepare('UPDATE counter SET count = count + 1');
	return {
		// With the default busy timeout of 5 s: a deadlock with the worker ends in SQLITE_BUSY, and fails the job.
		count: () => {
			update.run();
		},
		close: () => {
			database.close();
		},
	};
}

function countOf(path: string): unknown {
	const database = new Database(path);
	try {
		return database.prepare('SELECT count FROM counter').pluck().get();
	} finally {
		database.close();
	}
}

interface CommitCase {
	readonly wal: boolean;
	readonly snapshot: SnapshotMode;
	/** How many of the first steps are followed by a commit. */
	readonly commits: number;
	readonly restarts: number;
	/** Which state is copied: the one after so many commits. */
	readonly copied: number;
}

// The callback commits on the main thread. Without a pin, the next step waits for it.
const COMMITS: readonly CommitCase[] = [
	{wal: true, snapshot: 'none', commits: 5, restarts: 5, copied: 5},
	{wal: false, snapshot: 'none', commits: 5, restarts: 5, copied: 5},
	{wal: false, snapshot: 'auto', commits: 2, restarts: 2, copied: 2},
	{wal: false, snapshot: 'auto', commits: Infinity, restarts: 3, copied: 3},
	{wal: true, snapshot: 'auto', commits: Infinity, restarts: 0, copied: 0},
	{wal: true, snapshot: 'pin', commits: Infinity, restarts: 0, copied: 0},
	{wal: false, snapshot: 'pin', commits: Infinity, restarts: 0, copied: 0},
];

for (const {wal, snapshot, commits, restarts, copied} of COMMITS) {
	const mode = wal ? 'WAL' : 'rollback';
	test.serial(`${mode}, '${snapshot}', a commit after each of ${String(commits)} steps: restarts`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'copy.db');
		const counter = makeCounter(source, wal);
		t.teardown(counter.close);
		const calls: [number, number, number][] = [];

		const result = await backup(source, target, {
			pages: 2,
			snapshot,
			progress: (...call) => {
				calls.push(call);
				if (calls.length <= commits) counter.count();
			},
		});

		t.is(result.restarts, restarts);
		t.is(countOf(target), copied);
		t.deepEqual(healthOf(target), healthy());
		t.deepEqual(calls, expectedCalls(result.pages, 2, restarts));
	});
}

/** A restart begins again at the first page, so each one repeats the first report. */
function expectedCalls(total: number, pages: number, restarts: number): [number, number, number][] {
	const calls: [number, number, number][] = [];
	for (let restart = 0; restart < restarts; restart++) calls.push([SQLITE_OK, total - pages, total]);
	for (let left = total - pages; left > 0; left -= pages) calls.push([SQLITE_OK, left, total]);
	calls.push([SQLITE_DONE, 0, total]);
	return calls;
}

test.serial('progress events tell of restarts', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const counter = makeCounter(source, false);
	t.teardown(counter.close);
	let calls = 0;
	await using manager = new BackupManager({progressInterval: 0});
	const seen = new Set<number>();
	manager.on('progress', ({job}) => seen.add(job.restarts));

	await manager.backup(source, join(directory, 'copy.db'), {
		pages: 1,
		progress: () => {
			if (calls++ < 2) counter.count();
		},
	});

	t.deepEqual([...seen], [0, 1, 2]);
});
