import test from 'ava';
import {startChild} from '../helpers/child.js';

interface Report {
	readonly pulled: number;
	readonly taken: number;
	readonly jobs: number;
	readonly ahead: number;
	readonly growth: number;
}

for (const {what, target, count, jobs, mostGrowth} of [
	// A few bytes for each request would be more.
	{what: 'a million requests that are refused', target: '', count: 1_000_000, jobs: 0, mostGrowth: 4_000_000},
	// So would 50 bytes for each job.
	{
		what: 'forty thousand jobs that fail',
		target: '/nowhere/copy.db',
		count: 40_000,
		jobs: 40_000,
		mostGrowth: 2_000_000,
	},
]) {
	test.serial(`${what}, without as many objects in memory`, async (t) => {
		const child = startChild(t, 'million.ts', [{count, target}], {sources: true});

		const {growth, ahead, ...counts} = (await child.receive()) as Report;

		t.deepEqual(counts, {pulled: count, taken: count, jobs});
		t.log(`pulled at most ${String(ahead)} ahead, and the heap grew by ${String(growth)} bytes`);
		t.true(ahead <= 8);
		t.true(growth < mostGrowth);
	});
}
