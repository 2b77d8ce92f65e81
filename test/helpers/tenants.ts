import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import type {BackupAllRequest} from '../../src/index.js';
import {makeTagged} from './tagged.js';

/** A request that its outcome is known by. */
export interface TenantRequest extends BackupAllRequest {
	readonly tenant: number;
	readonly source: string;
	readonly target: string;
}

/** So many small databases, each tagged with its number, and a request to copy each into `out`. */
export function makeTenants(directory: string, count: number): TenantRequest[] {
	mkdirSync(join(directory, 'out'), {recursive: true});
	return Array.from({length: count}, (_, tenant) => {
		const source = join(directory, `tenant-${String(tenant)}.db`);
		makeTagged(source, tenant);
		return {tenant, source, target: join(directory, 'out', `tenant-${String(tenant)}.db`)};
	});
}

/** A source of requests that tells what is done with it. */
export interface Watched<Request> extends AsyncIterable<Request> {
	/** How many were pulled. */
	readonly pulled: number;
	/** How often it was told that no more is wanted. */
	readonly returned: number;
}

/** Gives requests, then does what `afterwards` does: that it is at its end is the default. */
export function watch<Request>(
	requests: readonly Request[],
	afterwards: () => Promise<IteratorResult<Request>> = async () => Promise.resolve({done: true, value: undefined}),
): Watched<Request> {
	let pulled = 0;
	let returned = 0;
	return {
		get pulled() {
			return pulled;
		},
		get returned() {
			return returned;
		},
		[Symbol.asyncIterator]: () => ({
			async next() {
				const value = requests[pulled];
				if (value === undefined) return await afterwards();
				pulled++;
				return await Promise.resolve({done: false, value});
			},
			async return() {
				returned++;
				return await Promise.resolve({done: true, value: undefined});
			},
		}),
	};
}

/** All outcomes of a loop, and what it ended with, if that was an error. */
export async function collect<Outcome>(
	loop: AsyncIterable<Outcome>,
): Promise<{readonly outcomes: Outcome[]; readonly error?: unknown}> {
	const outcomes: Outcome[] = [];
	try {
		for await (const outcome of loop) outcomes.push(outcome);
	} catch (error) {
		return {outcomes, error};
	}

	return {outcomes};
}
