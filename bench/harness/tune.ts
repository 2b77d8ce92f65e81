import type {SideName} from '../sides/index.js';
import type {Bench} from './bench.js';
import {copyRounds, type Copier, type CopyPlan} from './copy-rounds.js';
import type {Sources} from './databases.js';

/** Copies at a time that are tried. */
const FULL = [1, 2, 4, 8];
const QUICK = [1, 4];

const TRIAL: CopyPlan = {rounds: 2, budget: Infinity};

/**
 * Finds out with how many copies at a time each side is fastest here, so that each is measured at its best. One that
 * fails every trial is given a single copy at a time, and fails again where it is noted.
 */
export async function tune(bench: Bench, sides: readonly SideName[], sources: Sources): Promise<Copier[]> {
	const tried = bench.quick ? QUICK : FULL;
	const copiers: Copier[] = [];
	for (const side of sides) {
		const trials = tried.map((concurrency) => ({side, concurrency, label: `${side}, ${String(concurrency)}`}));
		const {figures} = await copyRounds({...bench, log: () => undefined}, trials, sources, TRIAL);
		const [best] = figures.toSorted((a, b) => a.seconds.min - b.seconds.min);
		const concurrency = best?.concurrency ?? 1;
		bench.log(`  ${side} is tried with ${tried.join(', ')} at a time, and fastest with ${String(concurrency)}`);
		copiers.push({side, label: side, concurrency});
	}

	return copiers;
}
