import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bench} from '../harness/bench.js';
import type {Sources} from '../harness/databases.js';
import type {Program} from '../harness/program.js';
import type {Copier} from './requests-copier.js';
import type {Answers, Load, LoadMethods} from './requests-load.js';

/** Who asks whom. */
export interface Traffic {
	readonly url: string;
	readonly load: Program<LoadMethods>;
	/** Who copies the server's database meanwhile; undefined: nobody. */
	readonly copier: Copier | undefined;
	/** Copies one after another until the load ends, but no more than these. */
	readonly atMost: number;
}

export interface RequestSample extends Answers {
	/** That were complete when the load ended. */
	readonly copies: number;
}

/** @throws Error when a copy failed, or the last one is none */
export async function loadWhileCopying(
	{databases, directory}: Bench,
	{url, load, copier, atMost}: Traffic,
	sources: Sources,
	plan: Load,
): Promise<RequestSample> {
	const copies = join(directory, 'copies');
	const target = join(copies, 'copy.db');
	await mkdir(copies);
	await databases.settle(sources);
	const loaded = new AbortController();
	const ended = (): boolean => loaded.signal.aborted;
	let count = 0;

	async function copyOnAndOn({copy}: Copier): Promise<void> {
		for (let begun = 0; begun < atMost && !ended(); begun++) {
			await rm(target, {force: true});
			await copy(target);
			if (!ended()) count++;
		}
	}

	const copied = copier === undefined ? undefined : copyOnAndOn(copier);
	// A failure is told of after the load, which goes on without copies.
	copied?.catch(() => undefined);
	try {
		const answers = await load.call('run', url, plan);
		loaded.abort();
		await copied;
		if (copier !== undefined) {
			await databases.check([target], sources, copier.contender.name !== 'sqlite3 VACUUM INTO');
		}

		return {...answers, copies: count};
	} finally {
		loaded.abort();
		await copied?.catch(() => undefined);
		await rm(copies, {recursive: true, force: true});
	}
}
