import {statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {BackupManager, type BackupError} from '../../../src/index.js';
import {openElsewhere} from '../../helpers/connection.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {withDisk} from '../../helpers/disk.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const manager = new BackupManager({defaults: {strategy: 'clone'}});
test.after.always(() => manager.close());

const OLD = 1;
const NEW = 2;

/** In bytes: what the main file has, what the copy will have, and what the WAL has, for which clone alone needs room. */
interface Sizes {
	readonly main: number;
	readonly copy: number;
	readonly wal: number;
}

/** Pages of 4 KB; a copy page by page needs one more for its journal. */
const SPARE = 16 * 1024;

const ROOMS: Readonly<Record<string, {readonly room: (sizes: Sizes) => number; readonly enough: boolean}>> = {
	nothing: {room: () => 0, enough: false},
	'half of the main file': {room: ({main}) => main / 2, enough: false},
	'the main file': {room: ({main}) => main, enough: false},
	'the main file and half of what the WAL adds to it': {room: ({main, copy}) => (main + copy) / 2, enough: false},
	'the copy, and not for the WAL beside it': {room: ({copy}) => copy + SPARE, enough: true},
	'the main file and the WAL, and not for what that becomes': {room: ({main, wal}) => main + wal + SPARE, enough: true},
};

for (const [what, {room, enough}] of Object.entries(ROOMS)) {
	test.serial(
		`a disk with room for ${what}`,
		withDisk(
			async (t, disk) => {
				const [source, target] = [join(makeDirectory(t), 'app.db'), join(disk.directory, 'copy.db')];
				makeTagged(target, OLD);
				makeTagged(source, 0, {wal: true, accounts: 500});
				const writer = await openElsewhere(t, source);
				await writer.run('PRAGMA wal_autocheckpoint = 0');
				const main = statSync(source).size;
				await writer.run(`UPDATE account SET balance = ${String(NEW)}, filler = randomblob(1500)`);
				const [{pages}] = (await writer.run('SELECT page_count AS pages FROM pragma_page_count')) as [{pages: number}];
				const [copy, wal] = [pages * 4096, statSync(`${source}-wal`).size];
				const before = fingerprint(target);
				disk.fill(room({main, copy, wal}));

				if (enough) {
					t.is((await manager.backup(source, target)).strategy, 'pages');
					t.deepEqual(stateOf(target), tagged(NEW, 500));
				} else {
					const error: BackupError = await t.throwsAsync(manager.backup(source, target), {code: 'ERR_BACKUP_TARGET'});
					t.is(error.sqliteCode, 'SQLITE_FULL');
					t.deepEqual(fingerprint(target), before);
				}

				t.deepEqual(listDirectory(disk.directory), ['copy.db']);
				disk.free();
				t.is((await manager.backup(source, target)).strategy, 'clone');
				t.deepEqual(stateOf(target), tagged(NEW, 500));
			},
			16 * 1024 * 1024,
		),
	);
}
