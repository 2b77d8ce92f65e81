import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backup, type BackupOptions} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {killAfter, leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const TAG = 7;
const NEW = 8;
const NEWER = 9;

const COPIES: Readonly<Record<string, BackupOptions>> = {
	...Object.fromEntries(STRATEGY_NAMES.map((strategy) => [`by ${strategy}`, {strategy}])),
	'in steps': {pages: 2},
	'in steps without a pin': {pages: 2, snapshot: 'none'},
	'in steps under a pin': {pages: 2, snapshot: 'pin'},
};

function update(tag: number): string {
	return `UPDATE account SET balance = ${String(tag)}`;
}

interface Leftover {
	/** Does it to a database with the tag `TAG`. */
	readonly leave: (t: ExecutionContext, path: string) => Promise<void>;
	/** What the last commit was. */
	readonly tag: number;
}

const WALS: Readonly<Record<string, Leftover>> = {
	'after a commit': {leave: (t, path) => leaveWal(t, path, NEW), tag: NEW},
	'in mid-transaction': {
		leave: async (t, path) => {
			await leaveWal(t, path, NEW);
			// No room in memory for what is changed, so it goes to the WAL before a commit that never comes.
			await killAfter(t, path, ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', update(NEWER)]);
		},
		tag: NEW,
	},
	'after a checkpoint': {
		leave: (t, path) =>
			killAfter(t, path, ['PRAGMA journal_mode = WAL', update(NEW), 'PRAGMA wal_checkpoint(PASSIVE)']),
		tag: NEW,
	},
	'after a commit of which a power failure took the end': {
		leave: async (t, path) => {
			await leaveWal(t, path, NEW);
			await killAfter(t, path, [update(NEWER)]);
			const wal = readFileSync(`${path}-wal`);
			writeFileSync(`${path}-wal`, wal.fill(0, wal.length - 100));
		},
		tag: NEW,
	},
};

for (const [when, {leave, tag}] of Object.entries(WALS)) {
	for (const [how, options] of Object.entries(COPIES)) {
		test.serial(`a WAL that a process left that was killed ${when} is copied, and left: ${how}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, TAG);
			await leave(t, source);
			const files = listDirectory(directory);
			t.deepEqual(files, ['app.db', 'app.db-shm', 'app.db-wal']);
			const before = bytesOf(source);

			const result = await backup(source, target, options);

			t.like(result, {strategy: options.strategy ?? 'pages'});
			t.deepEqual(bytesOf(source), before);
			t.deepEqual(listDirectory(directory), [...files, 'copy.db']);
			t.deepEqual(stateOf(target), tagged(tag));
			t.deepEqual(stateOf(source), tagged(tag));
		});
	}
}

/** The `-shm` is an index, which SQLite makes anew from the WAL after a crash. */
function bytesOf(path: string): Record<string, string> {
	return Object.fromEntries(Object.entries(fingerprint(path)).filter(([file]) => !file.endsWith('-shm')));
}

for (const strategy of STRATEGY_NAMES) {
	test.serial(`a WAL that lost its index is copied, and not checkpointed: by ${strategy}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'copy.db');
		makeTagged(source, TAG);
		await leaveWal(t, source, NEW);
		rmSync(`${source}-shm`);
		const before = bytesOf(source);

		t.is((await backup(source, target, {strategy})).strategy, strategy);

		t.deepEqual(bytesOf(source), before);
		t.deepEqual(stateOf(target), tagged(NEW));
	});
}

test.serial('a WAL that lost its database is no source', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeTagged(source, TAG);
	await leaveWal(t, source, NEW);
	rmSync(source);
	const before = fingerprint(source);

	await t.throwsAsync(backup(source, join(directory, 'copy.db')), {code: 'ERR_BACKUP_SOURCE'});

	t.deepEqual(fingerprint(source), before);
});

interface HotJournal {
	readonly leave: (t: ExecutionContext, path: string) => Promise<void>;
	/** What is beside the copy in the end. */
	readonly files: readonly string[];
}

const JOURNALS: Readonly<Record<string, HotJournal>> = {
	'a hot journal': {leave: leaveHotJournal, files: ['app.db']},
	'the hot journal of a process that keeps its journal': {
		leave: (t, path) =>
			killAfter(t, path, [
				'PRAGMA journal_mode = PERSIST',
				'PRAGMA cache_size = 1',
				'BEGIN IMMEDIATE',
				'UPDATE account SET balance = -1, filler = randomblob(700)',
			]),
		files: ['app.db'],
	},
	// SQLite refuses to read this read-only, which is how a database with a WAL is opened.
	'a hot journal, beside a WAL without a frame,': {
		leave: async (t, path) => {
			await leaveHotJournal(t, path);
			writeFileSync(`${path}-wal`, Buffer.alloc(100, 'x'));
		},
		files: ['app.db', 'app.db-shm', 'app.db-wal'],
	},
};

for (const [what, {leave, files}] of Object.entries(JOURNALS)) {
	for (const [how, options] of Object.entries(COPIES)) {
		test.serial(`${what} of a killed process is rolled back: ${how}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, TAG, {accounts: 1000});
			const committed = fingerprint(source)[source];
			await leave(t, source);
			t.not(fingerprint(source)[source], committed, 'half of the transaction is in the file');

			const result = await backup(source, target, options);

			t.like(result, {strategy: options.strategy ?? 'pages'});
			t.is(fingerprint(source)[source], committed);
			t.deepEqual(stateOf(target), tagged(TAG, 1000));
			t.is(readFileSync(target).length, result.bytes);
			t.deepEqual(listDirectory(directory), [...files, 'copy.db']);
		});
	}
}
