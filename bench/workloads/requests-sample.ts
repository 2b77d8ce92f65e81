import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {CallContender} from '../callers/contenders.js';
import type {Bench} from '../harness/bench.js';
import type {Sources} from '../harness/databases.js';
import type {Program} from '../harness/program.js';
import type {Answers, Load, LoadMethods} from './requests-load.js';
import type {ServerMethods} from './requests-server.js';

/** Who asks whom. */
export interface Traffic {
	readonly server: Program<ServerMethods>;
	readonly url: string;
	readonly load: Program<LoadMethods>;
	/** By whom the server's database is copied meanwhile; undefined: it is not. */
	readonly contender: CallContender | undefined;
}

export interface RequestSample extends Answers {
	/** That were complete when the load ended. */
	readonly copies: number;
}

/** @throws Error when a copy failed, or the last one is none */
export async function loadWhileCopying(
	{databases, directory}: Bench,
	{server, url, load, contender}: Traffic,
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

	async function copyOnAndOn(): Promise<void> {
		while (!ended()) {
			await rm(target, {force: true});
			const outcome = await server.call('copy', target);
			if (outcome.state === 'rejected') throw new Error(outcome.message);
			if (!ended()) count++;
		}
	}

	const copied = contender === undefined ? undefined : copyOnAndOn();
	// A failure is told of after the load, which goes on without copies.
	copied?.catch(() => undefined);
	try {
		const answers = await load.call('run', url, plan);
		loaded.abort();
		await copied;
		if (contender !== undefined) await databases.check([target], sources, contender.name !== 'sqlite3 VACUUM INTO');
		return {...answers, copies: count};
	} finally {
		loaded.abort();
		await copied?.catch(() => undefined);
		await rm(copies, {recursive: true, force: true});
	}
}
