import test from 'ava';
import {setbackCounter} from '../../bench/callers/setbacks.js';

/** Pages that are left after each step, of ten. */
function count(remaining: readonly number[]): number {
	let setbacks = 0;
	const step = setbackCounter((times) => {
		setbacks += times;
	});
	for (const pages of remaining) step(pages, 10);
	return setbacks;
}

const CASES: Record<string, [readonly number[], number]> = {
	'a copy that nobody disturbs': [[8, 6, 4, 2, 0], 0],
	'a first look, before anything is copied': [[10, 8, 6], 0],
	'two steps that found a lock': [[8, 6, 6, 6, 4], 2],
	'a copy that began again': [[8, 6, 8, 6, 4], 1],
	'one that began again with each step': [[8, 8, 8, 8], 3],
};

for (const [name, [remaining, expected]] of Object.entries(CASES)) {
	test.serial(`${name}: ${String(expected)} steps in vain`, (t) => {
		t.is(count(remaining), expected);
	});
}
