import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {targetOf} from '../sides/batch.js';
import type {SideName} from '../sides/index.js';
import type {Bench} from './bench.js';
import type {Sources} from './databases.js';
import type {CopySample, SideProcess} from './side-process.js';

/** Rebuilds the database, so its copy has pages of its own. */
const COMPACTS: SideName = 'sqlite3 VACUUM INTO';

/**
 * One round of one side, from a settled disk and cached sources to copies that were checked and removed again.
 *
 * @throws Error when it failed, or when what it made is not a whole copy
 */
export async function copyOnce(
	{databases, directory}: Bench,
	process: SideProcess,
	side: SideName,
	sources: Sources,
): Promise<CopySample> {
	const copies = join(directory, 'copies');
	await mkdir(copies);
	try {
		await databases.settle(sources);
		await process.open(sources.paths);
		const sample = await process.copy(copies);
		await process.close();
		const paths = sources.paths.map((source) => targetOf(source, copies));
		await databases.check(paths, sources, side !== COMPACTS);
		return sample;
	} finally {
		await rm(copies, {recursive: true, force: true});
	}
}
