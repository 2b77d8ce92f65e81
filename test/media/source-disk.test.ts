import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import test from 'ava';
import {BackupError, BackupManager} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {makeCrashed} from '../helpers/crashed.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {withDisk} from '../helpers/disk.js';

const manager = new BackupManager();
test.after.always(() => manager.close());

type Kind = 'rollback' | 'wal' | 'open wal' | 'crashed wal' | 'hot journal';

interface SourceCase {
	readonly disk: 'full' | 'read-only';
	readonly kind: Kind;
	/** Undefined: the backup works. */
	readonly sqliteCode?: string;
	readonly advice?: RegExp;
}

const needsRoom = {sqliteCode: 'SQLITE_IOERR_SHMSIZE', advice: /disk is full.*[Ff]ree/};
const besideIt = /SQLite must be able to write beside it/;

const CASES: readonly SourceCase[] = [
	{disk: 'full', kind: 'rollback'},
	{disk: 'full', kind: 'open wal'},
	// To read a database in WAL mode SQLite needs 32 KB of shared memory, which is a file beside it.
	{disk: 'full', kind: 'wal', ...needsRoom},
	{disk: 'full', kind: 'crashed wal', ...needsRoom},
	{disk: 'full', kind: 'hot journal'},
	{disk: 'read-only', kind: 'rollback'},
	{disk: 'read-only', kind: 'wal', sqliteCode: 'SQLITE_CANTOPEN', advice: besideIt},
	{disk: 'read-only', kind: 'crashed wal', sqliteCode: 'SQLITE_CANTOPEN', advice: besideIt},
	{disk: 'read-only', kind: 'hot journal', sqliteCode: 'SQLITE_READONLY_ROLLBACK', advice: besideIt},
];

for (const strategy of STRATEGY_NAMES) {
	for (const {disk: state, kind, sqliteCode, advice = /./} of CASES) {
		test.serial(
			`a source on a ${state} disk: ${kind}, by ${strategy}`,
			withDisk(async (t, disk) => {
				const source = join(disk.directory, 'app.db');
				const directory = makeDirectory(t);
				const target = join(directory, 'copy.db');
				if (kind === 'crashed wal' || kind === 'hot journal') {
					makeCrashed(source, kind === 'crashed wal' ? 'wal' : 'journal');
				} else {
					const database = makeAccounts(source, {wal: kind !== 'rollback'});
					if (kind === 'open wal') t.teardown(() => database.close());
					else database.close();
				}

				const before = hashOf(source);
				if (state === 'full') disk.fill(0);
				else disk.remount('ro');

				if (sqliteCode === undefined) {
					t.is((await manager.backup(source, target, {strategy})).strategy, strategy);
					t.deepEqual(healthOf(target), healthy());
					t.deepEqual(listDirectory(directory), ['copy.db']);
					return;
				}

				const error = await t.throwsAsync(manager.backup(source, target, {strategy}), {instanceOf: BackupError});
				t.like(error, {code: 'ERR_BACKUP_SOURCE', sqliteCode});
				t.regex(error.message, /app\.db cannot be read/);
				t.regex(error.message, advice);
				t.deepEqual(listDirectory(directory), []);
				t.is(hashOf(source), before);

				if (state === 'full') disk.free();
				else disk.remount('rw');
				t.is((await manager.backup(source, target, {strategy})).strategy, strategy);
				t.deepEqual(healthOf(target), healthy());
			}),
		);
	}
}

/** In a process of its own: here, closing the file would drop SQLite's locks. */
function hashOf(path: string): string {
	return execFileSync('sha256sum', [path], {encoding: 'utf8'});
}
