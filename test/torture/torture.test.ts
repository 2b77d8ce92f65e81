import test, {type ExecutionContext} from 'ava';
import {canMount, mountVolume} from '../helpers/volume.js';
import {torture} from './torture.js';

/** Milliseconds, long enough for clones on a busy machine. */
const LIFE = 1500;

async function survive(t: ExecutionContext, rounds: number, within?: string): Promise<void> {
	t.timeout(5 * 60 * 1000);
	const place = within === undefined ? {} : {within};
	const {backups, interrupted, failures} = await torture({rounds, life: LIFE, ...place});
	// Otherwise the kills came at the wrong moments and show nothing.
	const clones = backups['clone'] ?? 0;
	t.true(clones > rounds / 2, `only ${String(clones)} clones in all`);
	t.log(backups);
	t.true(interrupted > rounds / 10, `only ${String(interrupted)} backups were interrupted`);
	t.deepEqual(failures, {});
}

test.serial('after a kill at any moment the target is whole, and the next backup clears up', async (t) => {
	await survive(t, 6);
});

const onBtrfs = canMount('btrfs') ? test.serial : test.serial.skip;

onBtrfs('so it is where clones share their blocks with the source', async (t) => {
	await survive(t, 4, mountVolume(t, 'btrfs'));
});
