/** What `manager.snapshot()` gives; `snapshot.test.ts` is about the option of that name. */
import {statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupError, BackupManager, type SnapshotOptions} from '../../src/index.js';
import {makeTorn} from '../helpers/broken.js';
import {healthIn, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {fillTagged} from '../helpers/schema.js';
import {DECOY, ownStaging, prepare, TAG, WAYS, type Files, type Made} from '../helpers/snapshots.js';
import {stateIn, tagged} from '../helpers/tagged.js';
import {startWriter} from '../helpers/writer.js';

const manager = new BackupManager({maxThreads: 2});

// Every manager is closed by then, and with it every job is over.
test.after('nothing of a snapshot is left in the directory for temporary files', async (t) => {
	await manager.close();
	t.deepEqual(ownStaging(), []);
});

/** With the tag in its WAL only. */
function openWal({app, open}: Files): Database.Database {
	const handle = open(app);
	handle.prepare('UPDATE account SET balance = ?').run(DECOY);
	handle.pragma('journal_mode = WAL');
	handle.prepare('UPDATE account SET balance = ?').run(TAG);
	return handle;
}

const SOURCES: Readonly<Record<string, (files: Files) => Made>> = {
	'a path': ({app}) => ({source: app}),
	'a URL': ({app}) => ({source: pathToFileURL(app)}),
	'a database in WAL mode that is closed': (files) => {
		openWal(files).close();
		return {source: files.app};
	},
	'a database in WAL mode that is open': (files) => {
		openWal(files);
		return {source: files.app};
	},
	'a handle of a database in WAL mode': (files) => ({source: openWal(files)}),
	'a handle of a file': ({app, open}) => ({source: open(app)}),
	'a handle in mid-transaction': ({app, open}) => {
		const handle = open(app);
		handle.exec(`BEGIN IMMEDIATE; UPDATE account SET balance = ${String(DECOY)}`);
		return {source: handle};
	},
	'an attached file of a handle': ({app, decoy, open}) => {
		const handle = open(decoy);
		handle.prepare('ATTACH ? AS other').run(app);
		return {source: handle, options: {name: 'Other'}};
	},
	'an attached path': ({app, decoy}) => ({source: decoy, options: {name: 'other', attach: {other: app}}}),
	'a handle in memory': ({open}) => {
		const handle = open(':memory:');
		fillTagged(handle, 'main', TAG);
		return {source: handle};
	},
	'a handle without a name': ({open}) => {
		const handle = open('');
		fillTagged(handle, 'main', TAG);
		return {source: handle};
	},
	'a temporary database': ({decoy, open}) => {
		const handle = open(decoy);
		fillTagged(handle, 'temp', TAG);
		return {source: handle, options: {name: 'temp'}};
	},
	'a database in memory that is attached': ({decoy, open}) => {
		const handle = open(decoy);
		handle.exec("ATTACH ':memory:' AS other");
		fillTagged(handle, 'other', TAG);
		return {source: handle, options: {name: 'other'}};
	},
};
for (const [what, make] of Object.entries(SOURCES)) {
	test.serial(`the snapshot of ${what} opens as it is, and the source stays so`, async (t) => {
		const files = prepare(t);
		const {source, options} = make(files);
		const before = listDirectory(files.directory);

		for (const way of WAYS) {
			const buffer = await manager.snapshot(source, {...options, ...way});

			t.true(Buffer.isBuffer(buffer));
			// Not of WAL mode: there could be no WAL beside it. https://sqlite.org/fileformat2.html
			t.deepEqual([...buffer.subarray(18, 20)], [1, 1]);
			const copy = new Database(buffer);
			copy.exec('CREATE TABLE more (x); INSERT INTO more VALUES (1)');
			t.deepEqual(stateIn(copy), tagged(TAG), JSON.stringify(way));
			t.deepEqual(listDirectory(files.directory), before);
		}
	});
}

test.serial('the snapshot of nothing is an empty database', async (t) => {
	const {directory, decoy, open} = prepare(t);
	const file = join(directory, 'empty.db');
	writeFileSync(file, '');
	const sources: readonly Made[] = [
		{source: file},
		{source: open(':memory:')},
		{source: open(decoy), options: {name: 'temp'}},
	];

	for (const {source, options} of sources) {
		for (const way of WAYS) {
			const buffer = await manager.snapshot(source, {...options, ...way});

			t.is(buffer.length, 0);
			const copy = new Database(buffer);
			copy.exec('CREATE TABLE more (x); INSERT INTO more VALUES (1)');
			t.is(copy.pragma('integrity_check', {simple: true}), 'ok');
			copy.close();
		}
	}

	t.is(statSync(file).size, 0);
});

test.serial('a snapshot has memory of its own', async (t) => {
	const {app, open} = prepare(t);
	const memory = open(':memory:');
	fillTagged(memory, 'main', TAG);

	for (const source of [app, memory]) {
		const [first, second] = await Promise.all([manager.snapshot(source), manager.snapshot(source)]);

		t.true(first.equals(second));
		for (const {buffer, byteOffset, length} of [first, second]) {
			t.true(buffer instanceof ArrayBuffer);
			// All of it, and not a piece of what others use as well.
			t.deepEqual([byteOffset, buffer.byteLength], [0, length]);
		}

		first.fill(0xff);
		t.deepEqual(stateIn(new Database(second)), tagged(TAG));
	}

	t.is(memory.prepare('SELECT count(*) FROM account WHERE balance = ?').pluck().get(TAG), 100);
});

for (const wal of [false, true]) {
	test.serial(`a snapshot is of one state, whoever writes: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const source = join(makeDirectory(t), 'app.db');
		const accounts = 2000;
		makeAccounts(source, {wal, accounts}).close();
		// In rollback mode it has to leave readers some room.
		const writer = await startWriter(t, source, wal ? 0 : 5);

		for (let round = 0; round < 5; round++) {
			for (const options of [{}, {pages: 20}, {strategy: 'clone'}] satisfies SnapshotOptions[]) {
				await writer.progress(1);
				const buffer = await manager.snapshot(source, {...options, sleep: 0.002});
				t.deepEqual(healthIn(new Database(buffer)), healthy(accounts), JSON.stringify(options));
			}
		}

		t.true((await writer.stop()).transactions > 15);
	});
}

test.serial('a torn database does not pass the check of a snapshot, and is taken without one', async (t) => {
	const source = join(makeDirectory(t), 'app.db');
	makeTorn(source, 'small');

	const error = await t.throwsAsync(manager.snapshot(source, {verify: 'quick'}), {instanceOf: BackupError});

	t.is(error.code, 'ERR_BACKUP_VERIFY');
	t.is((await manager.snapshot(source)).length, statSync(source).size);
});

test.serial('a database with a page of zeros is taken by a file on the way', async (t) => {
	const source = join(makeDirectory(t), 'app.db');
	const database = makeAccounts(source);
	database.exec('CREATE TABLE long (zeros BLOB); INSERT INTO long VALUES (zeroblob(100000))');
	database.close();
	await using single = new BackupManager({maxThreads: 1});
	const strategies: string[] = [];
	single.on('completed', ({result}) => strategies.push(result.strategy));

	t.deepEqual(healthIn(new Database(await single.snapshot(source))), healthy());

	t.deepEqual(strategies, ['pages']);
});
