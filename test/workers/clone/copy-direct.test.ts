import {spawnSync} from 'node:child_process';
import {closeSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import test from 'ava';
import {BackupManager} from '../../../src/index.js';
import {copyDirect, PIECE_BYTES} from '../../../workers/clone/copy-direct.js';
import {copyWhole} from '../../../workers/clone/copy-file.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {withDisk} from '../../helpers/disk.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const manager = new BackupManager({defaults: {strategy: 'clone'}});
test.after.always(() => manager.close());

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

/** In bytes: pages of databases may be smaller than blocks of disks, pieces end anywhere, and a file may end in half a page. */
const SIZES = [
	...[0, 512, 4096, PIECE_BYTES - 512, PIECE_BYTES, PIECE_BYTES + 512, 2 * PIECE_BYTES],
	...[3 * PIECE_BYTES - 4096, 4 * PIECE_BYTES, 6 * PIECE_BYTES + 1536, PIECE_BYTES + 1000],
];

onLinux('files of any size are copied whole, and no byte more', async (t) => {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'source'), join(directory, 'target')];
	for (const size of SIZES) {
		const bytes = randomBytes(size);
		writeFileSync(source, bytes);
		// An old one, longer than the new one.
		writeFileSync(target, randomBytes(size + 10_000));
		const told: number[] = [];
		const descriptor = openSync(source, 'r');
		await copyDirect(descriptor, target, (count) => {
			told.push(count);
			return Promise.resolve();
		});
		closeSync(descriptor);
		t.true(bytes.equals(readFileSync(target)), String(size));
		t.is(told.at(-1), size);
	}
});

for (const readAgain of [false, true]) {
	onLinux(`how far a copy has got is told on the way: ${readAgain ? 'through the cache' : 'past it'}`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'source'), join(directory, 'target')];
		for (const path of [source, target]) writeFileSync(path, '');
		const size = 20 * 1024 * 1024 + 1000;
		truncateSync(source, size);
		const told: number[] = [];
		const written: number[] = [];
		const descriptor = openSync(source, 'r');
		await copyWhole(descriptor, target, readAgain, async (count) => {
			told.push(count);
			written.push((await stat(target)).size);
		});
		closeSync(descriptor);
		t.true(told.length > 2, told.join(', '));
		t.deepEqual(
			told,
			told.toSorted((one, other) => one - other),
		);
		t.is(told.at(-1), size);
		t.true(
			told.every((count, index) => count <= (written[index] ?? 0) + PIECE_BYTES),
			JSON.stringify({told, written}),
		);
	});
}

const ROWS = 10_000;

/** How many bytes of a file the system has in its memory. */
function cachedBytes(path: string): number {
	const {stdout} = spawnSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path], {encoding: 'utf8'});
	return Number(stdout);
}

const withFincore = spawnSync('fincore', ['--version']).status === 0 ? test.serial : test.serial.skip;

withFincore("the copy takes nothing from the system's cache", async (t) => {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	// Pages that are smaller than a block of the disk, and a last piece with a part of one.
	makeTagged(source, 1, {accounts: ROWS, pageSize: 512});
	const {size} = statSync(source);
	t.true(size > 2 * PIECE_BYTES);
	t.true(cachedBytes(source) === Math.ceil(size / 4096) * 4096, 'the source is in it');
	t.is((await manager.backup(source, target)).strategy, 'clone');
	// Its header was read, and what the system reads with it.
	t.true(cachedBytes(target) <= 256 * 1024, `${String(cachedBytes(target))} bytes of the copy are in it`);
	t.deepEqual(stateOf(target), tagged(1, ROWS));
});

test.serial(
	'a disk that becomes full in the middle of a piece, and of the rest',
	withDisk(
		async (t, disk) => {
			const [source, target] = [join(makeDirectory(t), 'app.db'), join(disk.directory, 'copy.db')];
			makeTagged(source, 1, {accounts: ROWS});
			const {size} = statSync(source);
			const copy = async (): Promise<unknown> => manager.backup(source, target);
			for (const room of [PIECE_BYTES / 2, PIECE_BYTES + 100_000, size - 8192]) {
				disk.fill(room);
				await t.throwsAsync(copy(), {code: 'ERR_BACKUP_TARGET', message: /full/});
				t.deepEqual(listDirectory(disk.directory), []);
				disk.free();
			}

			t.like(await copy(), {strategy: 'clone'});
			t.deepEqual(stateOf(target), tagged(1, ROWS));
		},
		16 * 1024 * 1024,
	),
);

const onRamfs = canMount('ramfs') ? test.serial : test.serial.skip;

onRamfs('a file system that has nothing but that cache gets the copy through it', async (t) => {
	const [source, target] = [join(makeDirectory(t), 'app.db'), join(mountVolume(t, 'ramfs'), 'copy.db')];
	makeTagged(source, 1, {accounts: ROWS});
	const descriptor = openSync(source, 'r');
	writeFileSync(target, '');
	await t.throwsAsync(
		copyDirect(descriptor, target, () => Promise.resolve()),
		{code: 'EINVAL'},
	);
	closeSync(descriptor);
	rmSync(target);
	t.is((await manager.backup(source, target)).strategy, 'clone');
	t.deepEqual(stateOf(target), tagged(1, ROWS));
});
