import {existsSync, readdirSync, renameSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {BackupError, BackupManager, type BackupOptions} from '../../../src/index.js';
import {executeHere, fingerprint, healthOf, healthy, makeAccounts} from '../../helpers/database.js';
import {editSchema} from '../../helpers/broken.js';
import {setTag} from '../../helpers/clone-scene.js';
import {openElsewhere} from '../../helpers/connection.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {holdChild} from '../../helpers/held-child.js';
import {prepareHold} from '../../helpers/hold.js';
import {preloadChildren} from '../../helpers/preload-children.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {makeTangle} from '../../helpers/tangle.js';
import {until} from '../../helpers/until.js';

const manager = new BackupManager({maxThreads: 2});
test.after.always(() => manager.close());

const VACUUM: BackupOptions = {strategy: 'vacuum'};

interface Files {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function makeFiles(t: ExecutionContext): Files {
	const directory = makeDirectory(t);
	return {directory, source: join(directory, 'app.db'), target: join(directory, 'copy.db')};
}

/** Most of its pages are of no use any more. */
function makeSpacious(database: Database.Database): void {
	database.exec('CREATE TABLE gone AS SELECT randomblob(1000000) AS filler; DROP TABLE gone');
}

/** What a database is apart from its rows. */
const PROPERTIES = [
	...['page_size', 'auto_vacuum', 'user_version', 'application_id', 'encoding', 'journal_mode'],
	...['freelist_count', 'integrity_check'],
] as const;

function propertiesOf(path: string): Record<string, unknown> {
	const database = new Database(path);
	try {
		return Object.fromEntries(PROPERTIES.map((name) => [name, database.pragma(name, {simple: true})]));
	} finally {
		database.close();
	}
}

interface Kind {
	/** Before there is a table. */
	readonly pragmas: readonly string[];
	readonly properties: Readonly<Partial<Record<(typeof PROPERTIES)[number], unknown>>>;
}

const KINDS: Readonly<Record<string, Kind>> = {
	'small pages': {pragmas: ['page_size = 512'], properties: {page_size: 512}},
	'large pages': {pragmas: ['page_size = 65536'], properties: {page_size: 65_536}},
	'auto_vacuum, full': {pragmas: ['auto_vacuum = FULL'], properties: {auto_vacuum: 1}},
	'auto_vacuum, incremental': {pragmas: ['auto_vacuum = INCREMENTAL'], properties: {auto_vacuum: 2}},
	'a version and an application': {
		pragmas: ['user_version = 7', 'application_id = 4711'],
		properties: {user_version: 7, application_id: 4711},
	},
	'UTF-16': {pragmas: ["encoding = 'UTF-16be'"], properties: {encoding: 'UTF-16be'}},
	'WAL mode': {pragmas: ['journal_mode = WAL'], properties: {journal_mode: 'wal'}},
};

for (const [what, {pragmas, properties}] of Object.entries(KINDS)) {
	test.serial(`a copy is compact, and otherwise what its source is: ${what}`, async (t) => {
		const {directory, source, target} = makeFiles(t);
		executeHere(source, pragmas.map((pragma) => `PRAGMA ${pragma};`).join(' ') + 'CREATE TABLE t (text TEXT)');
		const database = makeAccounts(source);
		database.exec("INSERT INTO t VALUES ('Ünïcødé'), ('🦀')");
		makeSpacious(database);
		database.close();
		const before = fingerprint(source);
		const {size} = statSync(source);

		const result = await manager.backup(source, target, VACUUM);

		t.like(result, {strategy: 'vacuum', bytes: statSync(target).size});
		t.deepEqual(fingerprint(source), before);
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		// A database that vacuums itself was small already.
		if (!what.endsWith('full')) t.true(result.bytes < size / 4, `${String(result.bytes)} of ${String(size)}`);
		t.like(propertiesOf(target), {...properties, freelist_count: 0, integrity_check: 'ok'});
		t.deepEqual({...propertiesOf(source), freelist_count: 0}, propertiesOf(target));
		t.deepEqual(healthOf(target), healthy());
		const copy = new Database(target);
		t.deepEqual(copy.prepare('SELECT text FROM t').pluck().all(), ['Ünïcødé', '🦀']);
		copy.close();
	});
}

test.serial("a compact copy of a WAL database without its mode: journalMode 'delete'", async (t) => {
	const {source, target} = makeFiles(t);
	makeAccounts(source, {wal: true}).close();

	t.is((await manager.backup(source, target, {...VACUUM, journalMode: 'delete'})).strategy, 'vacuum');

	t.is(propertiesOf(target)['journal_mode'], 'delete');
	t.deepEqual(healthOf(target), healthy());
});

test.serial('a database in memory is vacuumed as well, and stays as it is', async (t) => {
	const {target} = makeFiles(t);
	const memory = makeAccounts(':memory:');
	makeSpacious(memory);
	const pages = Number(memory.pragma('page_count', {simple: true}));

	const result = await manager.backup(memory, target, VACUUM);

	t.is(result.strategy, 'vacuum');
	t.true(result.pages < pages / 4);
	t.is(memory.pragma('page_count', {simple: true}), pages);
	memory.close();
	t.deepEqual(healthOf(target), healthy());
});

test.serial('a copy that is vacuumed into a live database', async (t) => {
	const {source, target} = makeFiles(t);
	const database = makeAccounts(source);
	makeSpacious(database);
	database.close();
	const live = makeAccounts(target, {accounts: 7, wal: true});

	const {strategy, pages} = await manager.backup(source, live, VACUUM);

	t.is(strategy, 'vacuum');
	t.is(live.pragma('page_count', {simple: true}), pages);
	live.close();
	t.deepEqual(healthOf(target), healthy());
});

/** What the application's connection knows, and that of a child process does not. */
const UNKNOWN: Readonly<Record<string, (database: Database.Database) => void>> = {
	'a function in an index': (database) => {
		database.function('twice', {deterministic: true}, (value) => Number(value) * 2);
		database.exec('CREATE INDEX account_index ON account (twice(balance))');
	},
	'a collation': (database) => {
		database.exec('CREATE INDEX account_index ON account (filler)');
		editSchema(
			database,
			"UPDATE sqlite_schema SET sql = 'CREATE INDEX account_index ON account (filler COLLATE own)' WHERE type = 'index'",
		);
	},
};

for (const [what, teach] of Object.entries(UNKNOWN)) {
	for (const wal of [false, true]) {
		test.serial(
			`a schema that only the application understands is copied by pages: ${what}, ${wal ? 'WAL' : 'rollback'}`,
			async (t) => {
				const {directory, source, target} = makeFiles(t);
				const database = makeAccounts(source, {wal});
				teach(database);
				database.close();

				const {strategy} = await manager.backup(source, target, VACUUM);

				t.is(strategy, 'pages');
				t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
				const copy = new Database(target);
				t.is(copy.prepare('SELECT sum(balance) FROM account').pluck().get(), 100_000);
				copy.close();
			},
		);
	}
}

test.serial('a damaged database cannot fill the disk: where it goes on growing, it is copied by pages', async (t) => {
	const {directory, source, target} = makeFiles(t);
	makeTangle(source);
	const {size} = statSync(source);
	let largest = 0;
	const watch = setInterval(() => {
		largest = Math.max(largest, ...stagedIn(directory));
	}, 1);

	const result = await manager.backup(source, target, {...VACUUM, timeout: 60_000});

	clearInterval(watch);
	t.like(result, {strategy: 'pages', bytes: size});
	t.true(largest > 10 * size, 'it did grow');
	t.log(`at most ${String(largest)} bytes`);
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
	t.is(statSync(target).size, size);
});

/** The sizes of what is being copied. */
function stagedIn(directory: string): number[] {
	const names = readdirSync(directory).filter((name) => name.startsWith('.hotcopy-'));
	return names.map((name) => statSync(join(directory, name), {throwIfNoEntry: false})?.size ?? 0);
}

/** One child for each of these at a time. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

onLinux('a source whose name another file takes is not vacuumed instead', async (t) => {
	const {directory, source, target} = makeFiles(t);
	makeTagged(source, 1);
	makeTagged(target, 3);
	const other = join(makeDirectory(t), 'other.db');
	makeTagged(other, 2);
	await using single = new BackupManager({maxThreads: 1});
	const {release} = await holdChild(t, single);

	const copying = single.backup(source, target, VACUUM);
	await until(() => stagedIn(directory).length > 0);
	renameSync(other, source);
	release();

	const error = await t.throwsAsync(copying, {instanceOf: BackupError, code: 'ERR_BACKUP_SOURCE'});
	t.regex(error.message, /app\.db was removed or replaced by another file/);
	t.deepEqual(stateOf(target), tagged(3));
	t.false(existsSync(join(dirname(source), 'app.db-journal')));
});

onLinux(
	'the journal of a database that is renamed over the source is not taken for the journal of the source',
	async (t) => {
		const {directory, source, target} = makeFiles(t);
		makeTagged(source, 1);
		const orders = makeDirectory(t);
		const hold = prepareHold(orders);
		const threads = preloadChildren(orders, 'preload-hold.ts', hold.env);
		await using single = new BackupManager({...threads, maxThreads: 1});
		t.teardown(() => {
			hold.release();
		});
		const [user, other] = [await openElsewhere(t, source), join(makeDirectory(t), 'app.db')];
		makeTagged(other, 2);

		// When it finds the file, and when it has opened it.
		hold.set({at: 'look app.db', time: 2});
		const copying = single.backup(source, target, VACUUM);
		await hold.reached(copying);
		// Nothing was read yet: nobody is shut out.
		await user.run('PRAGMA busy_timeout = 0');
		await user.run('BEGIN EXCLUSIVE');
		await user.run('ROLLBACK');
		await user.close();
		const writer = await openElsewhere(t, other);
		for (const statement of ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', setTag(3)]) await writer.run(statement);
		renameSync(other, source);
		renameSync(`${other}-journal`, `${source}-journal`);
		hold.release();

		const error = await t.throwsAsync(copying, {instanceOf: BackupError, code: 'ERR_BACKUP_SOURCE'});
		t.regex(error.message, /app\.db was removed or replaced by another file/);
		t.deepEqual(listDirectory(directory), ['app.db', 'app.db-journal']);
		await writer.kill();
		t.deepEqual(stateOf(source), tagged(2));
	},
);

onLinux('a source that is locked while its child stands still is waited for', async (t) => {
	const {directory, source, target} = makeFiles(t);
	makeTagged(source, 1);
	await using single = new BackupManager({maxThreads: 1});
	const {release} = await holdChild(t, single);
	let busy = 0;

	const copying = single.backup(source, target, {
		...VACUUM,
		sleep: 0.01,
		progress: (status) => {
			if (status !== 5) return;
			busy++;
			if (busy === 3) user.exec('COMMIT');
		},
	});
	await until(() => stagedIn(directory).length > 0);
	const user = new Database(source);
	user.exec('BEGIN EXCLUSIVE; UPDATE account SET balance = 2');
	release();

	t.like(await copying, {strategy: 'vacuum', busyRetries: busy});
	user.close();
	t.true(busy >= 3);
	t.deepEqual(stateOf(target), tagged(2));
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
});
