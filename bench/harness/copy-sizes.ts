import {copyFile, rm} from 'node:fs/promises';
import {totalmem} from 'node:os';
import {join} from 'node:path';
import type {Bench} from './bench.js';
import {copyRounds, type Copier, type CopyFigures, type CopyPlan} from './copy-rounds.js';
import type {Sources} from './databases.js';
import {size} from './format.js';

export interface SizePlan extends CopyPlan {
	/** Of the database, to a page or two. */
	readonly bytes: number;
}

/** What one copier needed for databases of one size. */
export interface SizeFigures extends CopyFigures {
	/** What was planned, for people: `64 MB`. */
	readonly database: string;
	/** What it came to. */
	readonly bytes: number;
}

export interface SizeResults {
	readonly measurements: readonly SizeFigures[];
	/** Who failed, and who was left out of rounds. */
	readonly notes: readonly string[];
}

/** Of the size of the database, so that it and its copy stay in the page cache. */
const MEMORY_NEEDED = 2.5;
const COLD = "more than this machine's memory holds together with its copy, so the page cache was not warm";

/** Has everyone copy one database, size after size. */
export async function copySizes(
	bench: Bench,
	copiers: readonly Copier[],
	plans: readonly SizePlan[],
): Promise<SizeResults> {
	const measurements: SizeFigures[] = [];
	const notes: string[] = [];
	for (const plan of plans) {
		const database = size(plan.bytes);
		bench.log(`${database}:`);
		const sources = await bench.databases.make(join(bench.directory, 'source'), 1, plan.bytes);
		try {
			await useMemory(bench, sources);
			const results = await copyRounds(bench, copiers, sources, plan);
			measurements.push(...results.figures.map((figures) => ({database, bytes: sources.bytes, ...figures})));
			if (totalmem() < MEMORY_NEEDED * sources.bytes) notes.push(`${database}: ${COLD}`);
			notes.push(...results.notes.map((note) => `${database}: ${note}`));
		} finally {
			await sources.remove();
		}
	}

	return {measurements, notes};
}

/** Memory that a virtual machine has not used before is slow to get: whoever copied first would have to pay for it. */
async function useMemory({directory}: Bench, {paths}: Sources): Promise<void> {
	const copy = join(directory, 'warm-up.db');
	for (const path of paths) await copyFile(path, copy);
	await rm(copy);
}
