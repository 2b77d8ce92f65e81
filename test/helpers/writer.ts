import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import type {ExecutionContext} from 'ava';

export interface WriterStats {
	readonly transactions: number;
	readonly busy: number;
}

export interface Writer {
	/** Transactions so far. */
	readonly transactions: number;
	/** Resolves once at least so many more transactions were committed. */
	progress(count: number): Promise<void>;
	stop(): Promise<WriterStats>;
}

/** A thread that moves money between the accounts of a database, without a pause, until it is stopped. */
export async function startWriter(t: ExecutionContext, path: string, pauseMs = 0): Promise<Writer> {
	const shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
	const worker = new Worker(new URL('../fixtures/writer.ts', import.meta.url), {
		workerData: {path, shared, pauseMs},
	});
	await once(worker, 'message');
	const exited = once(worker, 'exit');
	const stop = async (): Promise<WriterStats> => {
		Atomics.store(shared, 2, 1);
		await exited;
		return {transactions: shared[0] ?? 0, busy: shared[1] ?? 0};
	};
	t.teardown(stop);
	return {
		get transactions() {
			return Atomics.load(shared, 0);
		},
		async progress(count) {
			const until = Atomics.load(shared, 0) + count;
			while (Atomics.load(shared, 0) < until) await new Promise((resolve) => setTimeout(resolve, 1));
		},
		stop,
	};
}
