import test from 'ava';
import {torture} from './torture.js';

test('after a kill at any moment the target is whole, and the next backup clears up', async (t) => {
	t.timeout(5 * 60 * 1000);
	const {rounds, backups, interrupted, failures} = await torture({rounds: 100});
	t.is(rounds, 100);
	// Otherwise the kills came at the wrong moments and show nothing.
	const clones = backups['clone'] ?? 0;
	t.true(clones > 50, `only ${String(clones)} clones in all`);
	t.log(backups);
	t.true(interrupted > 20, `only ${String(interrupted)} backups were interrupted`);
	t.deepEqual(failures, {});
});
