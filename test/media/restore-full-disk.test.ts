import {statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, SQLITE_DONE} from '../../src/index.js';
import {openElsewhere} from '../helpers/connection.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {BLOCK, withDisk, type Disk} from '../helpers/disk.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../helpers/tagged.js';

const manager = new BackupManager({defaults: {sleep: 0.001}});
test.after.always(() => manager.close());

const OLD = 1;
const NEW = 2;
const OLDER = 3;
const NEW_ROWS = 300;
const OLD_ROWS = 200;
const OLDER_ROWS = 50;

interface Scene {
	readonly backup: string;
	readonly target: string;
	readonly safetyCopy: string;
	/** Bytes of the backup, and of the target. */
	readonly sizes: {readonly backup: number; readonly target: number};
}

/** The target is on the disk that fills up, or the safety copy is. */
function setUp(t: ExecutionContext, disk: Disk, full: 'target' | 'safety copy', wal: boolean): Scene {
	const elsewhere = makeDirectory(t);
	const backup = join(elsewhere, 'backup.db');
	const target = join(full === 'target' ? disk.directory : elsewhere, 'app.db');
	const safetyCopy = join(full === 'target' ? elsewhere : disk.directory, 'before.db');
	makeTagged(backup, NEW, {accounts: NEW_ROWS});
	makeTagged(target, OLD, {accounts: OLD_ROWS, wal});
	makeTagged(safetyCopy, OLDER, {accounts: OLDER_ROWS});
	return {backup, target, safetyCopy, sizes: {backup: statSync(backup).size, target: statSync(target).size}};
}

interface FullCase {
	readonly full: 'target' | 'safety copy';
	readonly when: string;
	/** Bytes that are free once the backup is copied and checked, and the target is about to be locked. */
	readonly room: (sizes: Scene['sizes']) => number;
}

const CASES: readonly FullCase[] = [
	{full: 'safety copy', when: 'no room for the safety copy', room: () => 0},
	{full: 'safety copy', when: 'room for half of the safety copy', room: ({target}) => target / 2},
	{full: 'safety copy', when: 'room for all of it but a page', room: ({target}) => target - BLOCK},
	{full: 'target', when: 'no room for the journal or the WAL', room: () => 0},
	{full: 'target', when: 'room for half of the journal or the WAL', room: ({backup}) => backup / 3},
];

for (const wal of [false, true]) {
	for (const {full, when, room} of CASES) {
		test.serial(
			`full disk of the ${full}: ${when}, ${wal ? 'WAL' : 'rollback'}`,
			withDisk(async (t, disk) => {
				const {backup, target, safetyCopy, sizes} = setUp(t, disk, full, wal);
				const holder = await openElsewhere(t, target);
				t.deepEqual(await holder.run(STATE_SQL), [{tag: OLD, mixed: 0, rows: OLD_ROWS}]);

				const error = await t.throwsAsync(
					manager.restore(backup, target, {
						safetyCopy,
						progress: (status) => {
							if (status === SQLITE_DONE) disk.fill(room(sizes));
						},
					}),
					{instanceOf: BackupError},
				);

				t.is(error.code, 'ERR_BACKUP_TARGET');
				t.regex(error.message, /disk/);
				t.true(error.message.includes(full === 'target' ? target : safetyCopy), error.message);
				t.deepEqual(await holder.run(STATE_SQL), [{tag: OLD, mixed: 0, rows: OLD_ROWS}]);
				disk.free();
				await holder.run(`UPDATE account SET balance = ${String(OLD)}`);
				await holder.close();
				t.deepEqual(stateOf(target), tagged(OLD, OLD_ROWS));
				// Where it is the commit itself that fails, the safety copy is in its place: of what the target still is.
				const kept = stateOf(safetyCopy);
				const older = tagged(OLDER, OLDER_ROWS);
				t.deepEqual(kept, full === 'safety copy' || kept.tag === OLDER ? older : tagged(OLD, OLD_ROWS));
				t.deepEqual(listDirectory(disk.directory), [full === 'target' ? 'app.db' : 'before.db']);

				await manager.restore(backup, target, {safetyCopy});

				t.deepEqual(stateOf(target), tagged(NEW, NEW_ROWS));
				t.deepEqual(stateOf(safetyCopy), tagged(OLD, OLD_ROWS));
			}),
		);
	}
}
