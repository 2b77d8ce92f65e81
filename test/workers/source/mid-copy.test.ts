import {renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupManager, type BackupOptions} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {afterCleanUp} from '../../helpers/clean-up.js';
import {openElsewhere} from '../../helpers/connection.js';
import {executeHere, fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {executeOutside} from '../../helpers/outside.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const TAG = 7;
const NEW = 8;
const UPDATE = `UPDATE account SET balance = ${String(NEW)}`;

const manager = new BackupManager({maxThreads: 2});
test.after(async () => {
	await manager.close();
});

const WRITERS: Readonly<Record<string, (path: string, sql: string) => void>> = {
	'this process': executeHere,
	'another process': executeOutside,
};

/** What may happen to a file that is not told to SQLite. */
const CHANGES: Readonly<Record<string, (path: string) => void>> = {
	removed: (path) => {
		rmSync(path);
	},
	'renamed away': (path) => {
		renameSync(path, `${path}.away`);
	},
	'replaced by another database': (path) => {
		renameSync(`${path}.other`, path);
	},
};

/** Without a pin, the copy waits for the callback: what is done there is done in the middle of it. */
function once(action: () => void): BackupOptions {
	let done = false;
	return {
		pages: 1,
		snapshot: 'none',
		progress: () => {
			if (done) return;
			done = true;
			action();
		},
	};
}

for (const [where, execute] of Object.entries(WRITERS)) {
	test.serial(
		`what a writer in ${where} leaves in an idle database's WAL in mid-copy is copied and stays there`,
		async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, TAG, {wal: true});
			const before = fingerprint(source);
			t.deepEqual(Object.keys(before), [source]);

			const result = await manager.backup(
				source,
				target,
				once(() => {
					execute(source, UPDATE);
				}),
			);

			t.is(result.restarts, 1);
			t.deepEqual(listDirectory(directory), ['app.db', 'app.db-shm', 'app.db-wal', 'copy.db']);
			t.is(fingerprint(source)[source], before[source]);
			t.deepEqual(stateOf(target), tagged(NEW));
			t.deepEqual(stateOf(source), tagged(NEW));
		},
	);

	test.serial(
		`what a writer in ${where} leaves in the WAL stays there when the copy is aborted, under a pin`,
		async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, TAG, {wal: true});
			const before = fingerprint(source);
			const controller = new AbortController();

			// So slow that it is still in the middle when the writer is done, however long he takes.
			const copy = manager.backup(source, target, {
				pages: 1,
				snapshot: 'pin',
				maxRate: 1,
				signal: controller.signal,
				progress: () => {
					execute(source, UPDATE);
					controller.abort();
				},
			});

			await t.throwsAsync(copy, {name: 'AbortError'});
			await afterCleanUp(manager, target);
			t.deepEqual(listDirectory(directory), ['app.db', 'app.db-shm', 'app.db-wal']);
			t.is(fingerprint(source)[source], before[source]);
			t.deepEqual(stateOf(source), tagged(NEW));
		},
	);

	test.serial(`a writer in ${where} that is the only user of a rollback database restarts the copy`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'copy.db');
		makeTagged(source, TAG);

		const result = await manager.backup(
			source,
			target,
			once(() => {
				execute(source, UPDATE);
			}),
		);

		t.is(result.restarts, 1);
		t.deepEqual(stateOf(target), tagged(NEW));
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
	});
}

test.serial('a live WAL whose user goes away in mid-copy stays as it is', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	makeTagged(source, TAG, {wal: true});
	const before = fingerprint(source);
	const user = new Database(source);
	user.exec(UPDATE);

	await manager.backup(
		source,
		target,
		once(() => {
			user.close();
		}),
	);

	t.deepEqual(listDirectory(directory), ['app.db', 'app.db-shm', 'app.db-wal', 'copy.db']);
	t.is(fingerprint(source)[source], before[source]);
	t.deepEqual(stateOf(target), tagged(NEW));
	t.deepEqual(stateOf(source), tagged(NEW));
});

for (const wal of [false, true]) {
	const mode = wal ? 'WAL' : 'rollback';

	test.serial(`the locks of this process hold through backups of what it locked: ${mode}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		makeTagged(source, TAG, {wal});
		const user = new Database(source);
		t.teardown(() => user.close());
		const other = await openElsewhere(t, source);
		await other.run('PRAGMA busy_timeout = 0');
		user.exec('BEGIN IMMEDIATE');

		const ways: readonly BackupOptions[] = [
			...STRATEGY_NAMES.map((strategy) => ({strategy})),
			{pages: 1, snapshot: 'none'},
			{pages: 1, snapshot: 'pin'},
		];
		for (const options of ways) {
			const result = await manager.backup(source, join(directory, 'copy.db'), options);
			t.like(result, {strategy: options.strategy ?? 'pages'});
			await manager.backup(user, join(directory, 'copy.db'), options);
			await t.throwsAsync(other.run('BEGIN IMMEDIATE'), {message: /database is locked/});
		}

		user.exec('COMMIT');
		await t.notThrowsAsync(other.run('BEGIN IMMEDIATE'));
	});

	for (const [what, change] of Object.entries(CHANGES)) {
		test.serial(`a source that is ${what} in mid-copy is told of: ${mode}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, TAG, {wal});
			makeTagged(`${source}.other`, NEW, {wal});
			const copy = manager.backup(
				source,
				target,
				once(() => {
					change(source);
				}),
			);

			const error = await t.throwsAsync(copy, {code: 'ERR_BACKUP_SOURCE'});
			t.true(error.message.includes('removed or replaced'), error.message);
			t.false(listDirectory(directory).some((name) => name.startsWith('copy.db') || name.startsWith('.')));
		});
	}
}
