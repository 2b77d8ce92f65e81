import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {healthIn, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {BLOCK, withDisk} from '../helpers/disk.js';

test.serial(
	'a snapshot that is made by a file on the way, and has no room for it',
	withDisk(async (t, disk) => {
		const source = join(makeDirectory(t), 'app.db');
		makeAccounts(source, {accounts: 200}).close();
		// Before the library is loaded, which asks for the directory for temporary files only once.
		process.env['TMPDIR'] = disk.directory;
		const {BackupError, BackupManager} = await import('../../src/index.js');
		await using manager = new BackupManager({maxThreads: 1});

		for (const options of [{verify: 'quick'}, {pages: 10}, {strategy: 'clone'}, {strategy: 'vacuum'}] as const) {
			disk.fill(5 * BLOCK);

			const error = await t.throwsAsync(manager.snapshot(source, options), {instanceOf: BackupError});

			t.like(error, {code: 'ERR_BACKUP_TARGET', sqliteCode: 'SQLITE_FULL'}, JSON.stringify(options));
			t.regex(error.message, /The disk is full\. Free some space/);
			t.false(listDirectory(disk.directory).some((name) => name.startsWith('.')));
			// What needs no file has room enough.
			t.deepEqual(healthIn(new Database(await manager.snapshot(source))), healthy(200));
			disk.free();
			t.deepEqual(healthIn(new Database(await manager.snapshot(source, options))), healthy(200));
			t.false(listDirectory(disk.directory).some((name) => name.startsWith('.')));
		}
	}),
);
