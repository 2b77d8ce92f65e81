import {closeSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {
	BackupError,
	BackupManager,
	type BackupErrorCode,
	type BackupOptions,
	type BackupSource,
} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {fillTagged} from '../helpers/schema.js';
import {makeTagged} from '../helpers/tagged.js';

interface Refused {
	readonly source: BackupSource;
	readonly options?: BackupOptions;
	/** Gives back what the case has open. */
	readonly close?: () => void;
}

interface Case {
	readonly code: BackupErrorCode;
	readonly says: readonly string[];
	readonly sqliteCode?: string;
	/** Whether a worker had to look at it first. */
	readonly queued: boolean;
	/** @param app an existing database */
	readonly make: (directory: string, app: string) => Refused;
}

function inMemory(): Database.Database {
	const handle = new Database(':memory:');
	fillTagged(handle, 'main', 1);
	return handle;
}

function refusedHandle(handle: Database.Database, options: BackupOptions = {}): Refused {
	return {source: handle, options, close: () => handle.close()};
}

const UNKNOWN: Pick<Case, 'code' | 'says' | 'queued'> = {
	code: 'ERR_BACKUP_UNKNOWN_DATABASE',
	says: ['unknown database nope'],
	queued: false,
};
const SOURCE = {code: 'ERR_BACKUP_SOURCE', queued: false} as const;
const FILE = {code: 'ERR_BACKUP_SOURCE', queued: true} as const;
const NOT_A_DATABASE = {...FILE, sqliteCode: 'SQLITE_NOTADB', says: ['bad.db', 'not a database']} as const;

const CASES: Readonly<Record<string, Case>> = {
	'name that a handle does not have': {
		...UNKNOWN,
		make: (_directory, app) => refusedHandle(new Database(app), {name: 'nope'}),
	},
	'name that a handle in memory does not have': {...UNKNOWN, make: () => refusedHandle(inMemory(), {name: 'nope'})},
	'name that is not attached to a path': {
		...UNKNOWN,
		make: (_directory, app) => ({source: app, options: {name: 'nope', attach: {other: app}}}),
	},
	'name without anything attached': {...UNKNOWN, make: (_directory, app) => ({source: app, options: {name: 'nope'}})},
	'empty name': {
		...UNKNOWN,
		says: ['unknown database'],
		make: (_directory, app) => ({source: app, options: {name: ''}}),
	},
	'temporary schema of a path': {
		...UNKNOWN,
		says: ['unknown database temp', 'handle'],
		make: (_directory, app) => ({source: app, options: {name: 'temp'}}),
	},
	'closed handle': {
		...SOURCE,
		says: ['closed'],
		make: (_directory, app) => {
			const handle = new Database(app);
			handle.close();
			return {source: handle};
		},
	},
	'handle of a file descriptor': {
		...SOURCE,
		says: ['file descriptor'],
		make: (directory, app) => {
			const file = openSync(app, 'r+');
			const journalFd = openSync(join(directory, 'journal'), 'w+');
			const handle = new (Database as unknown as DescriptorConstructor)(file, {journalFd});
			return {
				source: handle,
				close: () => {
					handle.close();
					for (const descriptor of [file, journalFd]) closeSync(descriptor);
				},
			};
		},
	},
	'handle in memory in mid-transaction': {
		...SOURCE,
		says: ['transaction', 'COMMIT'],
		make: () => refusedHandle(inMemory().exec('BEGIN; UPDATE account SET balance = 2')),
	},
	'temporary schema in mid-transaction': {
		...SOURCE,
		says: ['transaction', 'temp'],
		make: (_directory, app) => {
			const handle = new Database(app);
			fillTagged(handle, 'temp', 1);
			return refusedHandle(handle.exec('BEGIN; UPDATE temp.account SET balance = 2'), {name: 'temp'});
		},
	},
	'handle in memory with an open iterator': {
		...SOURCE,
		says: ['busy executing a query'],
		make: () => {
			const handle = inMemory();
			const rows = handle.prepare('SELECT * FROM account').iterate();
			rows.next();
			return {
				source: handle,
				close: () => {
					rows.return?.();
					handle.close();
				},
			};
		},
	},
	'missing file': {...FILE, says: ['none.db', 'ENOENT'], make: (directory) => ({source: join(directory, 'none.db')})},
	'missing attached file': {
		...FILE,
		says: ['none.db', 'ENOENT'],
		make: (directory, app) => ({source: app, options: {attach: {x: join(directory, 'none.db')}, name: 'x'}}),
	},
	'file in what is no directory': {
		...FILE,
		says: ['ENOTDIR'],
		make: (_directory, app) => ({source: join(app, 'a.db')}),
	},
	directory: {
		...FILE,
		says: ['bad.db', 'not a regular file'],
		make: (directory) => {
			mkdirSync(join(directory, 'bad.db'));
			return {source: join(directory, 'bad.db')};
		},
	},
	'link to nothing': {
		...FILE,
		says: ['bad.db', 'ENOENT'],
		make: (directory) => {
			symlinkSync('none.db', join(directory, 'bad.db'));
			return {source: join(directory, 'bad.db')};
		},
	},
	'link to itself': {
		...FILE,
		says: ['bad.db', 'ELOOP'],
		make: (directory) => {
			symlinkSync('bad.db', join(directory, 'bad.db'));
			return {source: join(directory, 'bad.db')};
		},
	},
	'text file': {...NOT_A_DATABASE, make: (directory) => makeFile(directory, 'no database at all\n'.repeat(1000))},
	'text file of a few bytes': {...NOT_A_DATABASE, make: (directory) => makeFile(directory, 'no')},
	'file that begins like a database': {
		...NOT_A_DATABASE,
		make: (directory) => makeFile(directory, `SQLite format 3\0${'?'.repeat(5000)}`),
	},
	'database that was cut off': {
		...FILE,
		sqliteCode: 'SQLITE_CORRUPT',
		says: ['bad.db', 'damaged'],
		make: (directory) => {
			makeTagged(join(directory, 'bad.db'), 1);
			truncateSync(join(directory, 'bad.db'), 3 * 4096);
			return {source: join(directory, 'bad.db')};
		},
	},
};

/** Opening a descriptor is newer than the types of better-sqlite3. */
type DescriptorConstructor = new (file: number, options: {readonly journalFd: number}) => Database.Database;

function makeFile(directory: string, content: string): Refused {
	writeFileSync(join(directory, 'bad.db'), content);
	return {source: join(directory, 'bad.db')};
}

const manager = new BackupManager({maxThreads: 2});
const queuedTargets = new Set<string>();
manager.on('queued', ({job}) => queuedTargets.add(job.target));
test.after(async () => {
	await manager.close();
});

for (const [title, {code, says, sqliteCode, queued, make}] of Object.entries(CASES)) {
	test.serial(`refuses: ${title}`, async (t) => {
		const directory = makeDirectory(t);
		const app = join(directory, 'app.db');
		const target = join(directory, 'target.db');
		makeTagged(app, 1);
		makeTagged(target, 2);
		const {source, options, close} = make(directory, app);
		t.teardown(() => close?.());
		const files = listDirectory(directory);
		const before = fingerprint(target);
		for (const strategy of STRATEGY_NAMES) {
			for (const path of [target, join(directory, 'absent.db')]) {
				const copying = manager.backup(source, path, {...options, strategy});
				const error = await t.throwsAsync(copying, {instanceOf: BackupError, code});
				t.is(error.name, 'BackupError');
				t.is(error.sqliteCode, sqliteCode);
				t.is(typeof error.jobId, queued ? 'string' : 'undefined');
				t.is(queuedTargets.has(path), queued);
				for (const part of says) t.true(error.message.includes(part), `"${error.message}" says ${part}`);
			}
		}

		t.deepEqual(listDirectory(directory), files);
		t.deepEqual(fingerprint(target), before);
	});
}

test.serial('a handle has its own attached databases', async (t) => {
	const handle = inMemory();
	t.teardown(() => handle.close());

	const error = await t.throwsAsync(manager.backup(handle, '/nowhere/copy.db', {attach: {x: '/x.db'}, name: 'x'}), {
		instanceOf: TypeError,
	});

	t.true(error.message.includes('"attach"'));
});

test.serial('a handle in memory that was refused in mid-transaction is copied after the commit', async (t) => {
	const directory = makeDirectory(t);
	const handle = inMemory();
	t.teardown(() => handle.close());
	const target = join(directory, 'copy.db');

	handle.exec('BEGIN');
	await t.throwsAsync(manager.backup(handle, target), {code: 'ERR_BACKUP_SOURCE'});
	handle.exec('COMMIT');
	await t.notThrowsAsync(manager.backup(handle, target));
});
