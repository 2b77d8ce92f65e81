import {once} from 'node:events';
import {Worker} from 'node:worker_threads';

export interface Health {
	/** Of all balances: a copy that mixed two states of the database would have another one. */
	readonly sum: number;
	/** What SQLite's `integrity_check` says: `ok`. */
	readonly integrity: string;
}

/** Reads the whole copy, in a thread of its own, as it takes a while. */
export async function checkCopy(path: string): Promise<Health> {
	const worker = new Worker(new URL('checker.ts', import.meta.url), {workerData: path});
	const exited = once(worker, 'exit');
	const [[health]] = await Promise.all([once(worker, 'message') as Promise<[Health]>, exited]);
	return health;
}
