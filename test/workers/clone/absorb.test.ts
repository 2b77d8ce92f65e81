import {statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {absorbWal} from '../../../workers/clone/absorb.js';
import {makeCloneScene} from '../../helpers/clone-scene.js';
import {startCloner} from '../../helpers/cloner.js';
import {openElsewhere} from '../../helpers/connection.js';
import {copyFiles} from '../../helpers/crashed.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {withDisk} from '../../helpers/disk.js';
import {poke} from '../../helpers/poke.js';
import {STRACE, withStrace} from '../../helpers/strace.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

interface Pair {
	readonly path: string;
	readonly frames: number;
}

/** A database whose last commit is nowhere but in its WAL, and makes it larger. */
async function makePair(t: ExecutionContext, directory: string): Promise<Pair> {
	const live = join(makeDirectory(t), 'live.db');
	makeTagged(live, 1, {wal: true});
	const writer = await openElsewhere(t, live);
	await writer.run('UPDATE account SET balance = 2, filler = randomblob(5000)');
	const path = join(directory, 'pair.db');
	copyFiles(live, path);
	return {path, frames: (statSync(`${live}-wal`).size - 32) / (24 + 4096)};
}

test.serial('a WAL is moved into its database', async (t) => {
	const directory = makeDirectory(t);
	const {path, frames} = await makePair(t, directory);
	absorbWal(path, frames);
	t.deepEqual(listDirectory(directory), ['pair.db', 'pair.db-shm']);
	t.deepEqual(stateOf(path), tagged(2));
});

test.serial('a WAL of 100 MB beside a database of 1 MB is moved into it', async (t) => {
	const scene = await makeCloneScene(t, 'WAL');
	const {source, staging, writer} = scene;
	await scene.prepare(1);
	await writer.run('UPDATE account SET balance = 2, filler = randomblob(400000)');
	t.true(statSync(source).size < 2e6 && statSync(`${source}-wal`).size > 100e6);

	t.is((await scene.clone()).type, 'cloned');

	t.deepEqual(stateOf(staging), tagged(2, 250));
	t.true(statSync(staging).size > 100e6);
});

withStrace('a WAL that cannot be removed is told of: whoever opened the copy would find it beside', async (t) => {
	const directory = makeDirectory(t);
	const staging = join(directory, 'pair.db');
	const live = join(makeDirectory(t), 'live.db');
	makeTagged(live, 1, {wal: true});
	const writer = await openElsewhere(t, live);
	await writer.run('UPDATE account SET balance = 2');
	// strace looks its name up when it starts.
	writeFileSync(`${staging}-wal`, '');
	// It is removed once before, as something that another process may have left.
	const undying = [
		'-P',
		`${staging}-wal`,
		'-e',
		'trace=?unlink,unlinkat',
		'-e',
		'inject=?unlink,unlinkat:error=EPERM:when=2+',
	];
	const cloner = await startCloner(t, {under: [...STRACE, '-o', '/dev/null', ...undying]});

	t.deepEqual(await cloner.clone(live, staging), {type: 'unsuited', reason: 'The WAL is still there'});
});

for (const [what, count, damage] of [
	['with fewer frames than were copied', 1, undefined],
	['with more frames than were copied', -1, undefined],
	['whose last frame is damaged', 0, -1],
	['whose header is damaged', 0, 16],
] as const) {
	test.serial(`a WAL ${what} is told of`, async (t) => {
		const {path, frames} = await makePair(t, makeDirectory(t));
		const {size} = statSync(`${path}-wal`);
		if (damage !== undefined) poke(`${path}-wal`, damage < 0 ? size + damage : damage, Buffer.of(0x55, 0x55));
		t.throws(
			() => {
				absorbWal(path, frames + count);
			},
			{message: /frames in the WAL/},
		);
	});
}

/** Bytes that the WAL makes the database larger by are some 500,000. */
for (const room of [0, 100_000, 300_000]) {
	test.serial(
		`a disk that is full is told of, with room for ${String(room)} bytes`,
		withDisk(async (t, disk) => {
			const {path, frames} = await makePair(t, disk.directory);
			disk.fill(room);
			t.throws(
				() => {
					absorbWal(path, frames);
				},
				{code: 'SQLITE_FULL'},
			);
		}),
	);
}
