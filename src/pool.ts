import type {Transferable} from 'node:worker_threads';
import {Piscina} from 'piscina';
import {Control} from './control.ts';
import {BackupError} from './errors.ts';
import type {FilledManagerOptions} from './manager-options.ts';
import {messageOf} from './message.ts';
import type {BackupRequest, JobOutcome} from './protocol.ts';
import {siblingModule} from './sibling.ts';
import {ThreadQueue} from './thread-queue.ts';

const WORKER_URL = siblingModule('../workers/backup', import.meta.url).href;

/** A run that no thread has begun with. */
interface Waiting {
	readonly control: Control;
	readonly fail: (error: BackupError) => void;
}

/**
 * Piscina, made safe to depend on: a thread that dies or cannot load rejects the runs that it had, or that waited for
 * it, and the next run gets a fresh pool.
 */
export class WorkerPool {
	readonly #options: FilledManagerOptions;
	#pool: Piscina<BackupRequest, JobOutcome> | undefined;
	readonly #waiting = new Set<Waiting>();
	readonly #running = new Map<Piscina, number>();
	readonly #queues = new WeakMap<Piscina, ThreadQueue>();
	#lastError: unknown;

	constructor(options: FilledManagerOptions) {
		this.#options = options;
		if (options.minThreads > 0) this.#pool = this.#create();
	}

	/**
	 * @throws `BackupError` ERR_BACKUP_WORKER when the thread died or could not load.
	 */
	async run(request: BackupRequest, transfer: readonly Transferable[]): Promise<JobOutcome> {
		const pool = (this.#pool ??= this.#create());
		this.#running.set(pool, (this.#running.get(pool) ?? 0) + 1);
		const {promise: stranded, reject: fail} = Promise.withResolvers<never>();
		const waiting = {control: new Control(request.control), fail};
		this.#waiting.add(waiting);
		try {
			return await Promise.race([this.#start(pool, request, transfer), stranded]);
		} catch (error) {
			if (error instanceof BackupError) throw error;
			throw waiting.control.started ? died(error) : unloadable(error);
		} finally {
			this.#waiting.delete(waiting);
			this.#ended(pool);
		}
	}

	#start(pool: Piscina, request: BackupRequest, transfer: readonly Transferable[]): Promise<JobOutcome> {
		try {
			return pool.run(request, {transferList: [...transfer]});
		} catch (error) {
			// Node.js refused to make a thread at all. Piscina keeps the task, of which nobody has the promise: the next thread
			// that is free would run it, and the end of the pool would reject it unheard; both end the process.
			this.#queues.get(pool)?.pop();
			throw error;
		}
	}

	/** Ends the threads. Only to be called when no run is left: Piscina would reject it, and its files would stay. */
	async destroy(): Promise<void> {
		const pool = this.#pool;
		this.#pool = undefined;
		await pool?.destroy();
	}

	#create(): Piscina<BackupRequest, JobOutcome> {
		const {minThreads, maxThreads, idleTimeout, threads} = this.#options;
		const given = Object.fromEntries(Object.entries(threads).filter(([, value]) => value !== undefined));
		const taskQueue = new ThreadQueue();
		const pool = new Piscina<BackupRequest, JobOutcome>({
			...given,
			taskQueue,
			filename: WORKER_URL,
			minThreads,
			maxThreads,
			idleTimeout,
			// The jobs queue before the pool, so it never has more tasks than threads.
			maxQueue: Infinity,
			concurrentTasksPerWorker: 1,
			recordTiming: false,
		});

		this.#lastError = undefined;
		// A thread that fails before it has a task is told of only by these events, and the tasks that wait for it would
		// wait for ever. An `error` without a listener would end the process.
		this.#queues.set(pool, taskQueue);
		pool.on('error', (error: unknown) => {
			this.#lastError = error;
			setImmediate(() => {
				this.#failStranded(pool);
			});
		});
		pool.on('workerDestroy', () => {
			setImmediate(() => {
				this.#failStranded(pool);
			});
		});
		return pool;
	}

	/** With no thread left, and none being started, what still waits would wait for ever. */
	#failStranded(pool: Piscina): void {
		if (pool !== this.#pool || pool.threads.length > 0 || this.#waiting.size === 0) return;
		// Once Piscina has seen a thread fail to load, it starts no more of its own: the next run needs a new pool.
		this.#pool = undefined;
		for (const {control, fail} of this.#waiting) {
			if (!control.started && control.cancel()) fail(unloadable(this.#lastError));
		}

		this.#endIfRetired(pool);
	}

	#ended(pool: Piscina): void {
		const running = this.#running.get(pool);
		if (running === undefined) return;
		this.#running.set(pool, running - 1);
		this.#endIfRetired(pool);
	}

	#endIfRetired(pool: Piscina): void {
		if (pool === this.#pool || this.#running.get(pool) !== 0) return;
		this.#running.delete(pool);
		void pool.destroy();
	}
}

function died(cause: unknown): BackupError {
	return new BackupError(
		'ERR_BACKUP_WORKER',
		`The worker thread died in the middle of the job: ${messageOf(cause)}. The target is as it was, unless the job was ` +
			'just being published, in which case it may be the whole new copy. Run the backup again.',
		{cause},
	);
}

function unloadable(cause: unknown): BackupError {
	return new BackupError(
		'ERR_BACKUP_WORKER',
		`No worker thread could be started: ${cause === undefined ? 'it ended before it was ready' : messageOf(cause)}. Check that better-sqlite3 is installed beside ` +
			'sqlite-hotcopy, and the manager options "execArgv", "env" and "resourceLimits".',
		{cause},
	);
}
