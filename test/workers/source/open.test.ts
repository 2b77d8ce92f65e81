import {join} from 'node:path';
import test from 'ava';
import {BackupManager, type BackupOptions} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {afterCleanUp} from '../../helpers/clean-up.js';
import {HOLDERS} from '../../helpers/connection.js';
import {makeDirectory} from '../../helpers/directory.js';
import {startObserver, type Observed} from '../../helpers/outside.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 7;
const NEW = 8;
const UPDATE = `UPDATE account SET balance = ${String(NEW)}`;

interface SourceCase {
	/** What its user does before the backup, on a database with the old tag. */
	readonly sql: readonly string[];
	/** What a copy has then. */
	readonly tag: number;
	/** The sidecars beside it and whether they have bytes in them, while its user is there and when he is gone. */
	readonly live: Readonly<Record<string, boolean>>;
	readonly idle: Readonly<Record<string, boolean>>;
}

const CASES: Readonly<Record<string, SourceCase>> = {
	'WAL that is empty': {
		sql: ['PRAGMA journal_mode = WAL', UPDATE, 'PRAGMA wal_checkpoint(TRUNCATE)'],
		tag: NEW,
		live: {'-wal': false, '-shm': true},
		idle: {},
	},
	'WAL with something in it': {
		sql: ['PRAGMA journal_mode = WAL', UPDATE],
		tag: NEW,
		live: {'-wal': true, '-shm': true},
		idle: {},
	},
	'WAL that was checkpointed and is not truncated': {
		sql: ['PRAGMA journal_mode = WAL', UPDATE, 'PRAGMA wal_checkpoint(PASSIVE)'],
		tag: NEW,
		live: {'-wal': true, '-shm': true},
		idle: {},
	},
	'WAL and a transaction under way': {
		sql: ['PRAGMA journal_mode = WAL', 'PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', UPDATE],
		tag: OLD,
		live: {'-wal': true, '-shm': true},
		idle: {},
	},
	'rollback journal': {sql: [UPDATE], tag: NEW, live: {}, idle: {}},
	'rollback journal that is truncated': {
		sql: ['PRAGMA journal_mode = TRUNCATE', UPDATE],
		tag: NEW,
		live: {'-journal': false},
		idle: {'-journal': false},
	},
	'rollback journal that is kept': {
		sql: ['PRAGMA journal_mode = PERSIST', UPDATE],
		tag: NEW,
		live: {'-journal': true},
		idle: {'-journal': true},
	},
	'rollback journal and a transaction under way': {
		sql: ['BEGIN IMMEDIATE', UPDATE],
		tag: OLD,
		live: {'-journal': true},
		idle: {},
	},
	'rollback journal and a reader': {
		sql: ['BEGIN', 'SELECT * FROM account'],
		tag: OLD,
		live: {},
		idle: {},
	},
};

/** Copies in different ways, and one that fails in the middle. */
const COPIES: readonly BackupOptions[] = [
	...STRATEGY_NAMES.map((strategy) => ({strategy})),
	{pages: 3},
	{pages: 1, snapshot: 'none'},
	{pages: 1, snapshot: 'pin', journalMode: 'delete'},
	{pages: 1, progress: fail, snapshot: 'none'},
];

function fail(): never {
	throw new Error('stop');
}

const manager = new BackupManager({maxThreads: 2});
test.after(async () => {
	await manager.close();
});

function sidecarsOf(path: string, files: readonly Observed[]): Record<string, boolean> {
	const sidecars = files.filter((file) => file.path !== path);
	return Object.fromEntries(sidecars.map((file) => [file.path.slice(path.length), file.size > 0]));
}

for (const [title, {sql, tag, live, idle}] of Object.entries(CASES)) {
	for (const [where, openHolder] of Object.entries(HOLDERS)) {
		test.serial(`a source stays as it is, live in ${where} and idle after that: ${title}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, OLD);
			const observe = await startObserver(t);
			const holder = await openHolder(t, source);
			for (const statement of sql) await holder.run(statement);

			const copyAll = async (expected: number): Promise<void> => {
				const before = await observe(source);
				for (const options of COPIES) {
					const copy = manager.backup(source, target, options);
					if (options.progress === undefined) t.like(await copy, {strategy: options.strategy ?? 'pages'});
					else await t.throwsAsync(copy, {message: 'stop'});
					await afterCleanUp(manager, target);
					t.deepEqual(await observe(source), before);
					t.deepEqual(stateOf(target), tagged(expected));
				}
			};

			t.deepEqual(sidecarsOf(source, await observe(source)), live);
			await copyAll(tag);
			// Its user can go on in what he was doing.
			const [row] = await holder.run('SELECT count(*) AS rows FROM account');
			t.deepEqual(row, {rows: tagged(tag).rows});
			if (sql.some((statement) => statement.startsWith('BEGIN'))) await holder.run('COMMIT');
			const [{balance} = {balance: NaN}] = (await holder.run('SELECT balance FROM account')) as {balance: number}[];

			await holder.close();
			t.deepEqual(sidecarsOf(source, await observe(source)), idle);
			await copyAll(balance);
			t.deepEqual(stateOf(source), tagged(balance));
		});
	}
}
