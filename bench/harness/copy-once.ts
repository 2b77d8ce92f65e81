import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {targetOf} from '../sides/batch.js';
import type {Bench} from './bench.js';
import type {Copier} from './copy-rounds.js';
import type {Sources} from './databases.js';
import type {CopySample, SideProcess} from './side-process.js';

/** Databases that an application has open at a time: with three descriptors each, as many as systems commonly allow. */
const OPEN_AT_ONCE = 500;

/**
 * One round of one side, from a settled disk and cached sources to copies that were checked and removed again.
 *
 * @throws Error when it failed, or when what it made is not a whole copy
 */
export async function copyOnce(
	{databases, directory}: Bench,
	process: SideProcess,
	copier: Copier,
	sources: Sources,
): Promise<CopySample> {
	const copies = join(directory, 'copies');
	await mkdir(copies);
	try {
		await databases.settle(sources);
		const samples: CopySample[] = [];
		for (let start = 0; start < sources.paths.length; start += OPEN_AT_ONCE) {
			await process.open(sources.paths.slice(start, start + OPEN_AT_ONCE));
			samples.push(await process.copy(copies));
			await process.close();
		}

		const paths = sources.paths.map((source) => targetOf(source, copies));
		await databases.check(paths, sources, !compacts(copier));
		return samples.reduce(add);
	} finally {
		await rm(copies, {recursive: true, force: true});
	}
}

function add(a: CopySample, b: CopySample): CopySample {
	return {
		seconds: a.seconds + b.seconds,
		cpuSeconds: a.cpuSeconds === undefined || b.cpuSeconds === undefined ? undefined : a.cpuSeconds + b.cpuSeconds,
		strategies: [...(a.strategies ?? []), ...(b.strategies ?? [])],
	};
}

/** Whether it builds the database anew, so that the copy has pages of its own. */
function compacts({side, strategy}: Copier): boolean {
	return side === 'sqlite3 VACUUM INTO' || strategy === 'vacuum';
}
