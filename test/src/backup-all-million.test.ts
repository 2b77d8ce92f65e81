import test from 'ava';
import {startChild} from '../helpers/child.js';

/** A few bytes for each request would be more. */
const MOST_GROWTH = 4_000_000;

test('a million requests without a million objects in memory', async (t) => {
	const child = startChild(t, 'million.ts', [], {tsx: true});

	const {pulled, taken, ahead, growth} = (await child.receive()) as Record<string, number>;

	t.is(pulled, 1_000_000);
	t.is(taken, 1_000_000);
	t.log(`pulled at most ${String(ahead)} ahead, and the heap grew by ${String(growth)} bytes`);
	t.true(ahead !== undefined && ahead <= 8);
	t.true(growth !== undefined && growth < MOST_GROWTH);
});
