import {statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type Database from 'better-sqlite3';
import {backup, BackupError} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {healthOf, healthy, makeAccounts} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {startWriter} from '../../helpers/writer.js';

interface Scene {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
	readonly handle: Database.Database;
	readonly walBytes: number;
}

/** A live database whose WAL holds all of it. */
function setUp(t: ExecutionContext): Scene {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const handle = makeAccounts(source, {wal: true});
	t.teardown(() => handle.close());
	return {directory, source, target: join(directory, 'copy.db'), handle, walBytes: statSync(`${source}-wal`).size};
}

for (const strategy of STRATEGY_NAMES) {
	test.serial(`a WAL within maxWalBytes is told of in the result: by ${strategy}`, async (t) => {
		const {source, target, walBytes} = setUp(t);

		const result = await backup(source, target, {strategy, maxWalBytes: walBytes});

		t.is(result.walBytes, walBytes);
		t.is(result.strategy, strategy);
		t.deepEqual(healthOf(target), healthy());
	});

	test.serial(`a WAL beyond maxWalBytes fails the job by name, and lets the WAL go: by ${strategy}`, async (t) => {
		const {directory, source, target, handle, walBytes} = setUp(t);
		makeAccounts(target, {accounts: 7}).close();

		const error = await t.throwsAsync(backup(source, target, {strategy, maxWalBytes: walBytes - 1}), {
			instanceOf: BackupError,
		});

		t.is(error.code, 'ERR_BACKUP_WAL_LIMIT');
		t.true(error.message.includes(`${String(walBytes)} bytes`));
		t.deepEqual(healthOf(target), healthy(7));
		t.deepEqual(listDirectory(directory), ['app.db', 'app.db-shm', 'app.db-wal', 'copy.db']);
		// Nothing holds it any more: a checkpoint can empty it.
		t.deepEqual(handle.pragma('wal_checkpoint(TRUNCATE)'), [{busy: 0, log: 0, checkpointed: 0}]);
	});
}

test.serial('a WAL that grows past maxWalBytes in mid-copy fails the job', async (t) => {
	const {source, target, handle, walBytes} = setUp(t);
	await startWriter(t, source);

	// So slow that the copy can only end by the limit.
	const copying = backup(handle, target, {pages: 1, maxRate: 100, maxWalBytes: walBytes + 1_000_000});

	const error = await t.throwsAsync(copying, {instanceOf: BackupError});
	t.is(error.code, 'ERR_BACKUP_WAL_LIMIT');
	t.deepEqual(listDirectory(join(source, '..')), ['app.db', 'app.db-shm', 'app.db-wal']);
});

test.serial('without a pin or a WAL there is no limit', async (t) => {
	const {directory, source, target} = setUp(t);
	const rollback = join(directory, 'rollback.db');
	makeAccounts(rollback).close();

	t.is((await backup(rollback, target, {maxWalBytes: 1})).walBytes, 0);
	t.is((await backup(source, target, {maxWalBytes: 1, snapshot: 'none', pages: 10})).walBytes, 0);
});
