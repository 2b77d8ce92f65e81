import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, SQLITE_DONE, type ExistingMode} from '../../src/index.js';
import {fingerprint, healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {withDisk, type Disk} from '../helpers/disk.js';

const manager = new BackupManager();
test.after.always(() => manager.close());

interface ReadOnlyCase {
	readonly existing: ExistingMode;
	readonly old: 'none' | 'rollback' | 'wal';
	/** When the disk becomes read-only: before the backup, or once the copy is complete and waits to be published. */
	readonly from: 'the start' | 'the end';
}

const CASES: readonly ReadOnlyCase[] = [
	{existing: 'replace', old: 'none', from: 'the start'},
	{existing: 'replace', old: 'rollback', from: 'the start'},
	{existing: 'replace', old: 'wal', from: 'the start'},
	{existing: 'overwrite', old: 'rollback', from: 'the start'},
	{existing: 'overwrite', old: 'wal', from: 'the start'},
	{existing: 'fail', old: 'none', from: 'the start'},
	// Not 'overwrite': it has the target open by then, and the system makes no such disk read-only.
	{existing: 'replace', old: 'none', from: 'the end'},
	{existing: 'replace', old: 'rollback', from: 'the end'},
	{existing: 'replace', old: 'wal', from: 'the end'},
	{existing: 'fail', old: 'none', from: 'the end'},
];

for (const {existing, old, from} of CASES) {
	test.serial(
		`a disk that is read-only from ${from}: ${existing}, old target: ${old}`,
		withDisk(async (t, disk) => {
			const {source, target} = setUp(t, disk, old);
			const before = fingerprint(target);
			if (from === 'the start') disk.remount('ro');

			const error = await t.throwsAsync(
				manager.backup(source, target, {
					existing,
					progress(status) {
						if (status === SQLITE_DONE) disk.remount('ro');
					},
				}),
				{instanceOf: BackupError},
			);

			t.is(error.code, 'ERR_BACKUP_TARGET');
			t.regex(error.message, /copy\.db cannot be written: .*not writable.*\bmount\b/);
			t.deepEqual(fingerprint(target), before);

			disk.remount('rw');
			await manager.backup(source, target, {existing});
			t.deepEqual(healthOf(target), healthy(200));
			// What could not be removed from a read-only disk, the next backup removes.
			t.deepEqual(listDirectory(disk.directory), ['copy.db']);
		}),
	);
}

function setUp(t: ExecutionContext, disk: Disk, old: ReadOnlyCase['old']): {source: string; target: string} {
	const source = join(makeDirectory(t), 'app.db');
	const target = join(disk.directory, 'copy.db');
	makeAccounts(source, {accounts: 200}).close();
	if (old !== 'none') makeAccounts(target, {wal: old === 'wal'}).close();
	return {source, target};
}
