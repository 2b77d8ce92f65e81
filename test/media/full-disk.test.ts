import {statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, SQLITE_DONE, type BackupOptions, type StrategyName} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {copyFiles, makeCrashed} from '../helpers/crashed.js';
import {fingerprint, healthOf, healthy, makeAccounts, type Health} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {BLOCK, withDisk, type Disk} from '../helpers/disk.js';

const manager = new BackupManager();
test.after.always(() => manager.close());

/** Accounts in the source, and in the old target. */
const NEW = 200;
const OLD = 100;

/** What the target is before: a database in its one file, in either mode, or one that a crash left in two. */
type Old = 'none' | 'rollback' | 'wal' | 'crashed-wal';

interface Scene {
	readonly source: string;
	/** Bytes of the source, and so of a copy. */
	readonly size: number;
	readonly target: string;
}

function setUp(t: ExecutionContext, disk: Disk, old: Old, wal: boolean): Scene {
	// On another file system, which has room.
	const source = join(makeDirectory(t), 'app.db');
	const target = join(disk.directory, 'copy.db');
	makeAccounts(source, {accounts: NEW, wal}).close();
	if (old === 'crashed-wal') makeCrashed(target, 'wal', OLD);
	else if (old !== 'none') makeAccounts(target, {accounts: OLD, wal: old === 'wal'}).close();
	return {source, size: statSync(source).size, target};
}

/** What a target and its sidecars hold, without a look that would change them. */
function healthAside(t: ExecutionContext, target: string): Health {
	const aside = join(makeDirectory(t), 'aside.db');
	copyFiles(target, aside);
	return healthOf(aside);
}

interface FullCase {
	readonly when: string;
	readonly old: Old;
	readonly wal?: boolean;
	readonly options?: BackupOptions;
	/** Bytes that are free when the backup begins, for a copy that takes so many bytes. All of the disk without it. */
	readonly room?: (size: number) => number;
	/** Bytes that are free once the copy is complete and waits to be published. As it comes without it. */
	readonly roomAtEnd?: (size: number) => number;
	readonly sqliteCode?: string;
	/** SQLite itself may have to change these files: all that must stay the same is what is in the database. */
	readonly mayChange?: boolean;
}

/** Bytes on the disk that a copy of so many bytes takes while it is made: where SQLite makes it, it has a journal of one block. */
function spaceFor(strategy: StrategyName, size: number): number {
	return strategy === 'pages' || strategy === 'vacuum' ? size + BLOCK : size;
}

const none = (): number => 0;
const allButOnePage = (size: number): number => size - BLOCK;
const exactly = (size: number): number => size;
const overwrite = {existing: 'overwrite'} as const;

const FULL: readonly FullCase[] = [
	{when: 'no room for a page', old: 'none', room: none},
	{when: 'no room for a page, an old target', old: 'rollback', room: none},
	{when: 'no room for a page, a WAL left beside the old target', old: 'crashed-wal', room: none},
	{when: 'room for the first page', old: 'rollback', room: () => 2 * BLOCK},
	{when: 'room for half the copy', old: 'wal', wal: true, room: (size) => size / 2},
	{when: 'room for all but the last page', old: 'none', room: allButOnePage},
	{when: 'room for all but the last page, in place', old: 'rollback', options: overwrite, room: allButOnePage},
	{when: 'room for all but the last page, new', old: 'none', options: {existing: 'fail'}, room: allButOnePage},
	{
		when: 'room for the copy, and none for the -shm of the target in place',
		old: 'wal',
		options: overwrite,
		room: exactly,
		sqliteCode: 'SQLITE_IOERR_SHMSIZE',
		mayChange: true,
	},
	{when: 'no room to check in the WAL of the old target', old: 'crashed-wal', roomAtEnd: none, mayChange: true},
	{when: 'no room for the journal of a target in place', old: 'rollback', options: overwrite, roomAtEnd: none},
	{
		when: 'room for half the journal of a target in place',
		old: 'rollback',
		options: overwrite,
		roomAtEnd: (size) => size / 4,
	},
	{
		when: 'room for the journal of a target in place, and not for the target',
		old: 'rollback',
		options: overwrite,
		roomAtEnd: (size) => size,
	},
	{when: 'no room in the WAL of a target in place', old: 'wal', options: overwrite, roomAtEnd: none},
	{when: 'room for half of it in the WAL', old: 'wal', options: overwrite, roomAtEnd: (size) => size / 2},
	{
		when: 'no room in the WAL that a crash left beside a target in place',
		old: 'crashed-wal',
		options: overwrite,
		roomAtEnd: none,
		mayChange: true,
	},
];

for (const {when, old, wal = false, options = {}, room, roomAtEnd, ...expected} of FULL) {
	// By which strategy a copy was made that is complete does not matter any more.
	for (const strategy of room === undefined ? (['serialize'] as const) : STRATEGY_NAMES) {
		test.serial(
			`full disk: ${when}, by ${strategy}`,
			withDisk(async (t, disk) => {
				const {source, size, target} = setUp(t, disk, old, wal);
				const before = {files: fingerprint(target), names: listDirectory(disk.directory)};
				if (room !== undefined) disk.fill(room(spaceFor(strategy, size)));
				const statuses: number[] = [];

				const error = await t.throwsAsync(
					manager.backup(source, target, {
						...options,
						strategy,
						progress(status) {
							statuses.push(status);
							if (status === SQLITE_DONE && roomAtEnd !== undefined) disk.fill(roomAtEnd(size));
						},
					}),
					{instanceOf: BackupError},
				);

				t.like(error, {code: 'ERR_BACKUP_TARGET', sqliteCode: expected.sqliteCode ?? 'SQLITE_FULL'});
				t.regex(error.message, /copy\.db cannot be written: .*The disk is full\. Free some space/);
				t.deepEqual(statuses, roomAtEnd === undefined ? [] : [SQLITE_DONE]);
				if (expected.mayChange === true) {
					t.deepEqual(
						listDirectory(disk.directory).filter((name) => !name.startsWith('copy.db-')),
						['copy.db'],
					);
				} else {
					t.deepEqual({files: fingerprint(target), names: listDirectory(disk.directory)}, before);
				}

				if (old !== 'none') t.deepEqual(healthAside(t, target), healthy(OLD));

				disk.free();
				t.is((await manager.backup(source, target, {...options, strategy})).strategy, strategy);
				t.deepEqual(healthOf(target), healthy(NEW));
				t.deepEqual(listDirectory(disk.directory), ['copy.db']);
			}),
		);
	}
}

for (const strategy of STRATEGY_NAMES) {
	for (const options of [{}, {existing: 'fail'}, {verify: 'full', checksum: 'sha256'}] satisfies BackupOptions[]) {
		test.serial(
			`a disk with just enough room for a copy by ${strategy}, ${JSON.stringify(options)}`,
			withDisk(async (t, disk) => {
				const {source, size, target} = setUp(t, disk, 'none', true);
				disk.fill(spaceFor(strategy, size));
				t.is((await manager.backup(source, target, {...options, strategy})).strategy, strategy);
				disk.free();
				t.deepEqual(healthOf(target), healthy(NEW));
				t.deepEqual(listDirectory(disk.directory), ['copy.db']);
			}),
		);
	}
}

test.serial(
	'a disk that fills up while pages are copied in steps',
	withDisk(
		async (t, disk) => {
			const source = join(makeDirectory(t), 'app.db');
			const target = join(disk.directory, 'copy.db');
			// More than SQLite's cache of 16 MB holds, or everything would be written at the end.
			makeAccounts(source, {accounts: 10_000, filler: 2000}).close();
			makeAccounts(target, {accounts: OLD}).close();
			const before = fingerprint(target);
			const left: number[] = [];

			const error = await t.throwsAsync(
				manager.backup(source, target, {
					pages: 200,
					progress(_status, remaining) {
						left.push(remaining);
						if (left.length === 2) disk.fill(0);
					},
				}),
				{instanceOf: BackupError},
			);

			t.like(error, {code: 'ERR_BACKUP_TARGET', sqliteCode: 'SQLITE_FULL'});
			t.regex(error.message, /The disk is full/);
			t.true(left.length > 2 && Number(left.at(-1)) > 200, `the copy got to ${left.join(', ')}`);
			t.deepEqual(fingerprint(target), before);
			t.deepEqual(listDirectory(disk.directory), ['copy.db']);
			disk.free();
			await manager.backup(source, target);
			t.deepEqual(healthOf(target), healthy(10_000));
		},
		48 * 1024 * 1024,
	),
);

for (const existing of ['overwrite', 'replace'] as const) {
	test.serial(
		`a commit that fits into the WAL and not into the target is a success, then ${existing}`,
		withDisk(async (t, disk) => {
			const {source, size, target} = setUp(t, disk, 'wal', false);
			await manager.backup(source, target, {
				...overwrite,
				progress(status) {
					// The WAL takes a little more than the pages; the target would have to grow by nearly half of them.
					if (status === SQLITE_DONE) disk.fill(size + 5 * BLOCK);
				},
			});

			t.deepEqual(listDirectory(disk.directory), ['copy.db', 'copy.db-shm', 'copy.db-wal']);
			t.deepEqual(healthAside(t, target), healthy(NEW));
			disk.free();
			await manager.backup(source, target, {existing});
			t.deepEqual(healthOf(target), healthy(NEW));
			t.deepEqual(listDirectory(disk.directory), ['copy.db']);
		}),
	);
}
