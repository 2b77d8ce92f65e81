import {randomBytes} from 'node:crypto';
import {closeSync, openSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {copyWhole} from '../../../workers/clone/copy-file.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const tellNobody = (): Promise<void> => Promise.resolve();

async function copyToNothing(t: ExecutionContext, directory: string): Promise<void> {
	const source = join(directory, 'app.db');
	writeFileSync(source, 'a database');
	const descriptor = openSync(source, 'r');
	t.teardown(() => {
		closeSync(descriptor);
	});

	const copying = copyWhole(descriptor, join(directory, 'copy.db'), tellNobody);

	await t.throwsAsync(copying, {code: 'ENOENT'});
	t.deepEqual(listDirectory(directory), ['app.db']);
}

test.serial('a staging file that an aborted job has removed is not made anew', async (t) => {
	await copyToNothing(t, makeDirectory(t));
});

(canMount('btrfs') ? test.serial : test.serial.skip)(
	'a staging file that an aborted job has removed is not made anew: where blocks are shared',
	async (t) => {
		await copyToNothing(t, mountVolume(t, 'btrfs'));
	},
);

/** In bytes: pages of databases may be smaller than what is read at a time, and a file may end in half a page. */
const SIZES = [0, 512, 4096, 128 * KIB - 512, 128 * KIB, 128 * KIB + 1, 3 * MIB, 8 * MIB, 9 * MIB + 1000];

test.serial('files of any size are copied whole, and no byte more', async (t) => {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'source'), join(directory, 'target')];
	for (const size of SIZES) {
		const bytes = randomBytes(size);
		writeFileSync(source, bytes);
		// An old one, longer than the new one.
		writeFileSync(target, randomBytes(size + 10_000));
		const descriptor = openSync(source, 'r');
		await copyWhole(descriptor, target, tellNobody);
		closeSync(descriptor);
		t.true(bytes.equals(readFileSync(target)), String(size));
	}
});

test.serial('how far a copy has got is told on the way', async (t) => {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'source'), join(directory, 'target')];
	for (const path of [source, target]) writeFileSync(path, '');
	const size = 20 * MIB + 1000;
	truncateSync(source, size);
	const told: number[] = [];
	const written: number[] = [];
	const descriptor = openSync(source, 'r');

	await copyWhole(descriptor, target, async (count) => {
		told.push(count);
		written.push((await stat(target)).size);
	});

	closeSync(descriptor);
	t.deepEqual(told, [8 * MIB, 16 * MIB, size]);
	t.deepEqual(written, told);
});
