import {rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type StrategyName} from '../../../src/index.js';
import {openElsewhere} from '../../helpers/connection.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {withDisk, type Disk} from '../../helpers/disk.js';
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

const DISK_BYTES = 16 * 1024 * 1024;
/** Not a multiple of a block. */
const STEP = 93_000;
/** Pages of 4 KB; a copy page by page needs one more for its journal. */
const SPARE = 16 * 1024;

interface Scene {
	readonly source: string;
	readonly target: string;
	readonly sizes: Sizes;
}

/** A small old target, and a source most of which is nowhere but in its WAL. */
async function setUp(t: ExecutionContext, disk: Disk): Promise<Scene> {
	const [source, target] = [join(makeDirectory(t), 'app.db'), join(disk.directory, 'copy.db')];
	makeTagged(target, OLD);
	makeTagged(source, 0, {wal: true, accounts: 500});
	const writer = await openElsewhere(t, source);
	await writer.run('PRAGMA wal_autocheckpoint = 0');
	const main = statSync(source).size;
	await writer.run(`UPDATE account SET balance = ${String(NEW)}, filler = randomblob(1500)`);
	const [{pages}] = (await writer.run('SELECT page_count AS pages FROM pragma_page_count')) as [{pages: number}];
	return {source, target, sizes: {main, copy: pages * 4096, wal: statSync(`${source}-wal`).size}};
}

/** Undefined where the disk is full, which it must say and leave the old target as it is. */
async function tryBackup(t: ExecutionContext, {source, target}: Scene): Promise<StrategyName | undefined> {
	const before = fingerprint(target);
	try {
		const {strategy} = await manager.backup(source, target);
		t.deepEqual(stateOf(target), tagged(NEW, 500));
		return strategy;
	} catch (error) {
		t.like(error, {code: 'ERR_BACKUP_TARGET', sqliteCode: 'SQLITE_FULL'});
		t.deepEqual(fingerprint(target), before);
		return undefined;
	} finally {
		t.deepEqual(listDirectory(dirname(target)), ['copy.db']);
	}
}

interface Room {
	readonly room: (sizes: Sizes) => number;
	readonly strategy: StrategyName | undefined;
}

const ROOMS: Readonly<Record<string, Room>> = {
	nothing: {room: () => 0, strategy: undefined},
	'half of the main file': {room: ({main}) => main / 2, strategy: undefined},
	'the main file': {room: ({main}) => main, strategy: undefined},
	'the main file and half of what is added to it': {room: ({main, copy}) => (main + copy) / 2, strategy: undefined},
	'the copy, and not for the WAL': {room: ({copy}) => copy + SPARE, strategy: 'pages'},
	'the WAL, and not for what that becomes': {room: ({main, wal}) => main + wal + SPARE, strategy: 'pages'},
	'all of it': {room: ({copy, wal}) => copy + wal + SPARE, strategy: 'clone'},
};

for (const [what, {room, strategy}] of Object.entries(ROOMS)) {
	test.serial(
		`a disk with room for ${what}: ${strategy ?? 'full'}`,
		withDisk(async (t, disk) => {
			const scene = await setUp(t, disk);
			disk.fill(room(scene.sizes));
			t.is(await tryBackup(t, scene), strategy);
			disk.free();
			t.is(await tryBackup(t, scene), 'clone');
		}, DISK_BYTES),
	);
}

test.serial(
	'a disk that is full at any byte',
	withDisk(async (t, disk) => {
		const scene = await setUp(t, disk);
		const {copy, wal} = scene.sizes;
		const seen = new Set<StrategyName | undefined>();
		for (let room = 0; room < copy + wal + 2 * STEP; room += STEP) {
			rmSync(scene.target);
			disk.free();
			makeTagged(scene.target, OLD);
			disk.fill(room);
			seen.add(await tryBackup(t, scene));
		}

		t.deepEqual(seen, new Set([undefined, 'pages', 'clone'] as const));
	}, DISK_BYTES),
);
