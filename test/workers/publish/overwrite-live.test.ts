import {chmodSync, existsSync, renameSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {backup, SQLITE_BUSY} from '../../../src/index.js';
import {HOLDERS, openHere} from '../../helpers/connection.js';
import {healthOf, healthy, makeAccounts} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {seen, startReader} from '../../helpers/reader.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../../helpers/tagged.js';
import {until} from '../../helpers/until.js';
import {startWriter} from '../../helpers/writer.js';

const OLD = 1;
const NEW = 2;
const OWN = 3;
const OLD_ROWS = 100;
/** Enough pages that SQLite writes them in several goes. */
const NEW_ROWS = 8000;

const READ = 'SELECT count(*) FROM account';
const WRITE = `UPDATE account SET balance = ${String(OWN)}`;

interface Files {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function makeFiles(t: ExecutionContext, wal: boolean, rows = OLD_ROWS): Files {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	makeTagged(source, NEW, {accounts: rows});
	makeTagged(target, OLD, {accounts: OLD_ROWS, wal});
	return {directory, source, target};
}

for (const [where, open] of Object.entries(HOLDERS)) {
	for (const wal of [false, true]) {
		const mode = wal ? 'WAL' : 'rollback';

		test.serial(`a connection of ${where} on a ${mode} target goes on and sees the new state`, async (t) => {
			const {directory, source, target} = makeFiles(t, wal, NEW_ROWS);
			chmodSync(target, 0o640);
			const {ino} = statSync(target);
			const holder = await open(t, target);
			t.deepEqual(await holder.run(STATE_SQL), [{tag: OLD, mixed: 0, rows: OLD_ROWS}]);
			const readers = await Promise.all([
				startReader(t, target, {keepOpen: true, pauseMs: 1}),
				startReader(t, target, {pauseMs: 1}),
			]);

			await backup(source, target, {existing: 'overwrite', sleep: 0.001});

			t.deepEqual(await holder.run(STATE_SQL), [{tag: NEW, mixed: 0, rows: NEW_ROWS}]);
			for (const reader of readers) {
				const {states} = await reader.stop();
				const expected = [seen(OLD, OLD_ROWS), seen(NEW, NEW_ROWS)];
				t.deepEqual(
					states.filter((state) => !expected.includes(state)),
					[],
				);
			}

			await holder.run(WRITE);
			t.deepEqual(await holder.run('PRAGMA journal_mode'), [{journal_mode: wal ? 'wal' : 'delete'}]);
			await holder.close();
			t.deepEqual(stateOf(target), tagged(OWN, NEW_ROWS));
			t.is(statSync(target).ino, ino);
			t.is(statSync(target).mode & 0o777, 0o640);
			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		});
	}

	test.serial(`a reader of ${where} in a transaction on a WAL target sees the old state to its end`, async (t) => {
		const {source, target} = makeFiles(t, true);
		const holder = await open(t, target);
		await holder.run('BEGIN');
		await holder.run(READ);

		await backup(source, target, {existing: 'overwrite'});

		t.deepEqual(await holder.run(STATE_SQL), [{tag: OLD, mixed: 0, rows: OLD_ROWS}]);
		await holder.run('COMMIT');
		t.deepEqual(await holder.run(STATE_SQL), [{tag: NEW, mixed: 0, rows: OLD_ROWS}]);
		await holder.close();
		t.deepEqual(stateOf(target), tagged(NEW));
	});
}

test.serial(
	'a target that is renamed over while it is waited for leaves the journal of the new one alone',
	async (t) => {
		const {directory, source, target} = makeFiles(t, false);
		const holder = new Database(target);
		holder.exec('BEGIN EXCLUSIVE');
		makeTagged(join(directory, 'other.db'), OLD, {accounts: 2000});
		let writer: Database.Database | undefined;
		t.teardown(() => {
			holder.close();
			writer?.close();
		});
		let busy = 0;
		let outcome: string | undefined;
		const job = backup(source, target, {
			existing: 'overwrite',
			// Long enough for what the callback does before the worker looks again.
			sleep: 1,
			progress(status) {
				if (writer !== undefined) {
					if (status === SQLITE_BUSY) busy++;
					return;
				}

				renameSync(join(directory, 'other.db'), target);
				writer = new Database(target);
				// Half of the transaction is in the file, and what was there is in the journal.
				writer.pragma('cache_size = 1');
				writer.exec(`BEGIN IMMEDIATE; UPDATE account SET balance = ${String(OWN)}, filler = randomblob(700)`);
				holder.exec('COMMIT');
			},
		});
		const settled = job.then(
			() => (outcome = 'fulfilled'),
			(error: unknown) => (outcome = String(error)),
		);

		// It has met the lock of the new file, or has gone on without. The first reports may be older than that.
		await until(() => outcome !== undefined || busy >= 3 || (writer !== undefined && !existsSync(`${target}-journal`)));

		t.true(existsSync(`${target}-journal`), 'without it, a crash of the writer would leave half of its transaction');
		t.notThrows(() => writer?.exec('COMMIT'));
		t.is(await settled, 'fulfilled');
		writer?.close();
		t.deepEqual(stateOf(target), tagged(NEW));
	},
);

for (const wal of [false, true]) {
	const mode = wal ? 'WAL' : 'rollback';

	for (const existing of ['replace', 'overwrite', 'fail'] as const) {
		test.serial(`a handle on a ${mode} target is overwritten in place, existing: '${existing}'`, async (t) => {
			const {source, target} = makeFiles(t, wal);
			const altered = new Database(source);
			altered.exec('CREATE TABLE extra (value); DROP TABLE account; CREATE TABLE account (balance, id)');
			altered.prepare('INSERT INTO account VALUES (?, 1)').run(NEW);
			altered.close();
			const {ino} = statSync(target);
			const handle = new Database(target);
			t.teardown(() => handle.close());
			const state = handle.prepare(STATE_SQL);
			t.deepEqual(state.get(), {tag: OLD, mixed: 0, rows: OLD_ROWS});

			const result = await backup(source, handle, {existing});

			t.is(result.target, target);
			t.deepEqual(state.get(), {tag: NEW, mixed: 0, rows: 1}, 'a statement from before works on the new schema');
			handle.exec('INSERT INTO extra VALUES (1)');
			t.is(handle.pragma('integrity_check', {simple: true}), 'ok');
			t.is(handle.pragma('journal_mode', {simple: true}), wal ? 'wal' : 'delete');
			t.is(statSync(target).ino, ino);
		});
	}

	test.serial(`a database in memory goes into a handle on a ${mode} target`, async (t) => {
		const {target} = makeFiles(t, wal);
		const memory = makeAccounts(':memory:');
		memory.prepare('UPDATE account SET balance = ?').run(NEW);
		const holder = await openHere(t, target);
		const handle = new Database(target);

		await backup(memory, handle);

		memory.close();
		handle.close();
		t.deepEqual(await holder.run(STATE_SQL), [{tag: NEW, mixed: 0, rows: OLD_ROWS}]);
	});

	test.serial(`a writer on a ${mode} target goes on with the new state`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeAccounts(source).close();
		makeAccounts(target, {wal}).close();
		const writer = await startWriter(t, target, 2);
		await writer.progress(10);

		for (let round = 0; round < 5; round++) {
			await backup(source, target, {existing: 'overwrite', sleep: 0.002});
			await writer.progress(3);
		}

		await writer.stop();
		t.deepEqual(healthOf(target), healthy());
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
	});
}
