import {once} from 'node:events';
import {Worker} from 'node:worker_threads';

/** Places in the memory that the two threads share. */
export const COUNT = 0;
export const STOP = 1;

export interface WriterData {
	readonly path: string;
	readonly words: Int32Array<SharedArrayBuffer>;
}

export interface Transfers {
	/** Transactions committed so far. */
	readonly count: number;
	stop(): Promise<void>;
}

/** Starts the thread that writes to the database all the time. */
export function startTransfers(path: string, onError: (error: unknown) => void): Transfers {
	const words = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
	const workerData: WriterData = {path, words};
	const worker = new Worker(new URL('writer.ts', import.meta.url), {workerData});
	const exited = once(worker, 'exit').catch(onError);
	return {
		get count() {
			return Atomics.load(words, COUNT);
		},
		async stop() {
			Atomics.store(words, STOP, 1);
			Atomics.notify(words, STOP);
			await exited;
		},
	};
}
