import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {backup, BackupError, SQLITE_BUSY, SQLITE_DONE, type BackupOptions} from '../../src/index.js';
import {HOLDERS} from '../helpers/connection.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

const OLD = 1;
const NEW = 2;

/** Whoever is in the way of a commit into a live target. */
const LOCKS = [
	{wal: false, what: 'a reader', sql: ['BEGIN', 'SELECT count(*) FROM account']},
	{wal: false, what: 'a writer', sql: ['BEGIN IMMEDIATE']},
	{wal: true, what: 'a writer', sql: ['BEGIN IMMEDIATE']},
];

for (const {wal, what, sql} of LOCKS) {
	for (const [who, open] of Object.entries(HOLDERS)) {
		const title = `${wal ? 'WAL' : 'rollback'}, ${what} in ${who}`;

		test.serial(`'overwrite' waits for a locked target: ${title}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'live.db');
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal});
			const holder = await open(t, target);
			for (const statement of sql) await holder.run(statement);
			const calls: [number, number, number][] = [];

			const result = await backup(source, target, {
				existing: 'overwrite',
				sleep: 0.01,
				progress: (...call) => {
					calls.push(call);
					if (calls.length === 3) void holder.run('ROLLBACK');
				},
			});

			const statuses = calls.map(([status]) => status);
			t.deepEqual(statuses.slice(0, 3), [SQLITE_BUSY, SQLITE_BUSY, SQLITE_BUSY]);
			t.deepEqual(new Set(statuses.slice(0, -1)), new Set([SQLITE_BUSY]));
			t.deepEqual(calls.at(-1), [SQLITE_DONE, 0, result.pages]);
			t.true(result.busyRetries >= 3);
			// The connection that was in the way goes on, and sees the new state.
			t.like((await holder.run(STATE_SQL))[0], {tag: NEW, mixed: 0});
			await holder.close();
			t.deepEqual(stateOf(target), tagged(NEW));
		});

		test.serial(`'overwrite' gives up on a target that stays locked: ${title}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'live.db');
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal});
			const holder = await open(t, target);
			for (const statement of sql) await holder.run(statement);
			const before = listDirectory(directory);
			const statuses = new Set<number>();

			const error = await t.throwsAsync(
				backup(source, target, {
					existing: 'overwrite',
					sleep: 0.01,
					stallTimeout: 1000,
					progress: (status) => statuses.add(status),
				}),
				{instanceOf: BackupError},
			);

			t.is(error.code, 'ERR_BACKUP_BUSY');
			t.is(error.sqliteCode, 'SQLITE_BUSY');
			t.regex(error.message, /The target was locked by another connection for 1000 ms/);
			t.deepEqual(statuses, new Set([SQLITE_BUSY]));
			t.deepEqual(listDirectory(directory), before);
			await holder.run('ROLLBACK');
			await holder.close();
			t.deepEqual(stateOf(target), tagged(OLD));
		});
	}
}

test.serial('the time that the copy takes does not count as a stall of the target', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'live.db');
	makeTagged(source, NEW, {wal: true, filler: 10_000});
	makeTagged(target, OLD);
	const live = new Database(target);
	t.teardown(() => live.close());
	live.exec('BEGIN IMMEDIATE');

	const {durationMs, busyRetries} = await backup(source, target, {
		existing: 'overwrite',
		sleep: 0.01,
		// The copy alone takes longer than the timeout.
		maxRate: 512 * 1024,
		stallTimeout: 1000,
		progress: (status) => {
			if (status === SQLITE_BUSY && live.inTransaction) live.exec('ROLLBACK');
		},
	});

	t.true(durationMs > 1000);
	t.true(busyRetries > 0);
	t.deepEqual(stateOf(target), tagged(NEW));
});

for (const wal of [false, true]) {
	test.serial(
		`a live handle as the target goes on: it reads the old state, then the new (WAL: ${String(wal)})`,
		async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'live.db');
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal});
			const live = new Database(target);
			t.teardown(() => live.close());
			const state = live.prepare(STATE_SQL);
			const during: unknown[] = [];

			await backup(source, live, {
				progress: () => {
					during.push(state.get());
				},
			});

			t.deepEqual(during, [{tag: OLD, mixed: 0, rows: 100}]);
			t.deepEqual(state.get(), {tag: NEW, mixed: 0, rows: 100});
			live.prepare('UPDATE account SET balance = 3').run();
			t.deepEqual(stateOf(target), tagged(3));
		},
	);

	test.serial(
		`a target that is locked only after the last report is waited for all the same (WAL: ${String(wal)})`,
		async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'live.db');
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal});
			const live = new Database(target);
			t.teardown(() => live.close());
			const statuses: number[] = [];
			const options: BackupOptions = {
				sleep: 0.01,
				progress: (status) => {
					statuses.push(status);
					live.exec('BEGIN IMMEDIATE');
				},
			};

			// Nothing comes after SQLITE_DONE, so the wait shows in the outcome only.
			const stalled = backup(source, live, {...options, stallTimeout: 200});
			await t.throwsAsync(stalled, {code: 'ERR_BACKUP_BUSY', message: /The target was locked/});
			t.deepEqual(statuses, [SQLITE_DONE]);
			live.exec('ROLLBACK');
			t.deepEqual(stateOf(target), tagged(OLD));

			const copying = backup(source, live, options);
			await until(() => statuses.length === 2);
			setTimeout(() => live.exec('ROLLBACK'), 100);
			await copying;
			t.deepEqual(statuses, [SQLITE_DONE, SQLITE_DONE]);
			t.deepEqual(stateOf(target), tagged(NEW));
		},
	);
}
