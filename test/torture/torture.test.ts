import test, {type ExecutionContext} from 'ava';
import {canMount, mountVolume} from '../helpers/volume.js';
import {torture} from './torture.js';

/** Milliseconds, long enough for clones on a busy machine. */
const LIFE = 1500;

/** Chance decides how much there is to see in a few rounds, so they are made again until there is enough. */
const SERIES = 5;

async function survive(t: ExecutionContext, rounds: number, within?: string): Promise<void> {
	t.timeout(5 * 60 * 1000);
	const place = within === undefined ? {} : {within};
	let clones = 0;
	let interrupted = 0;
	// Otherwise the kills came at the wrong moments and show nothing.
	for (let series = 0; series < SERIES && (clones <= rounds / 2 || interrupted === 0); series++) {
		const summary = await torture({rounds, life: LIFE, ...place});
		t.log(summary);
		t.deepEqual(summary.failures, {});
		clones += summary.backups['clone'] ?? 0;
		interrupted += summary.interrupted;
	}

	t.true(clones > rounds / 2, `only ${String(clones)} clones in all`);
	t.true(interrupted > 0, 'no backup was interrupted');
}

test.serial('after a kill at any moment the target is whole, and the next backup clears up', async (t) => {
	await survive(t, 6);
});

const onBtrfs = canMount('btrfs') ? test.serial : test.serial.skip;

onBtrfs('so it is where clones share their blocks with the source', async (t) => {
	await survive(t, 4, mountVolume(t, 'btrfs'));
});
