import type {Transferable} from 'node:worker_threads';
import {Piscina} from 'piscina';
import {Control} from './control.ts';
import {BackupError} from './errors.ts';
import type {FilledManagerOptions} from './manager-options.ts';
import {messageOf} from './message.ts';
import type {BackupRequest, FarewellOutcome, FarewellRequest, JobOutcome} from './protocol.ts';
import {siblingModule} from './sibling.ts';
import {ThreadQueue} from './thread-queue.ts';

const WORKER_URL = siblingModule('../workers/backup', import.meta.url).href;

type Pool = Piscina<BackupRequest | FarewellRequest, JobOutcome | FarewellOutcome>;

/** Milliseconds; where idle threads end sooner, a busy machine may not come to end a child process before. */
const SHORTEST_KEEP = 1000;

/** Milliseconds that threads have to end their child processes. */
const LEAVE_LIMIT = 2000;

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
	#pool: Pool | undefined;
	readonly #waiting = new Set<Waiting>();
	readonly #running = new Map<Pool, number>();
	readonly #queues = new WeakMap<Pool, ThreadQueue>();
	#lastError: unknown;
	#hasChildren = false;

	constructor(options: FilledManagerOptions) {
		this.#options = options;
		if (options.minThreads > 0) this.#pool = this.#create();
	}

	/**
	 * Milliseconds for which an idle thread keeps its child process: less than the thread itself is kept, since only the
	 * thread that has started a process can reap it. A thread that waits without an event loop cannot do so later.
	 */
	get keepChild(): number {
		const {idleTimeout, threads} = this.#options;
		return idleTimeout < SHORTEST_KEEP || threads.atomics === 'sync' ? 0 : idleTimeout / 2;
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

	async #start(pool: Pool, request: BackupRequest, transfer: readonly Transferable[]): Promise<JobOutcome> {
		let run: ReturnType<Pool['run']>;
		try {
			run = pool.run(request, {transferList: [...transfer]});
		} catch (error) {
			// Node.js refused to make a thread at all. Piscina keeps the task, of which nobody has the promise: the next thread
			// that is free would run it, and the end of the pool would reject it unheard; both end the process.
			this.#queues.get(pool)?.pop();
			throw error;
		}

		const outcome = await run;
		if (outcome.type === 'farewell') throw new Error('A thread took its leave in the middle of a job');
		return outcome;
	}

	/** A thread has started a process. */
	noteChild(): void {
		this.#hasChildren = true;
	}

	/** Ends the threads. Only to be called when no run is left: Piscina would reject it, and its files would stay. */
	async destroy(): Promise<void> {
		const pool = this.#pool;
		this.#pool = undefined;
		if (pool === undefined) return;
		if (this.#hasChildren) await takeLeave(pool);
		await pool.destroy();
	}

	#create(): Pool {
		const {minThreads, maxThreads, idleTimeout, threads} = this.#options;
		const given = Object.fromEntries(Object.entries(threads).filter(([, value]) => value !== undefined));
		const taskQueue = new ThreadQueue();
		const pool: Pool = new Piscina({
			// An idle thread that waits in `Atomics.wait` hears nothing of its child process.
			atomics: 'disabled',
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
	#failStranded(pool: Pool): void {
		if (pool !== this.#pool || pool.threads.length > 0 || this.#waiting.size === 0) return;
		// Once Piscina has seen a thread fail to load, it starts no more of its own: the next run needs a new pool.
		this.#pool = undefined;
		for (const {control, fail} of this.#waiting) {
			if (!control.started && control.cancel()) fail(unloadable(this.#lastError));
		}

		this.#endIfRetired(pool);
	}

	#ended(pool: Pool): void {
		const running = this.#running.get(pool);
		if (running === undefined) return;
		this.#running.set(pool, running - 1);
		this.#endIfRetired(pool);
	}

	#endIfRetired(pool: Pool): void {
		if (pool === this.#pool || this.#running.get(pool) !== 0) return;
		this.#running.delete(pool);
		void pool.destroy();
	}
}

/**
 * Has the threads end their child processes, which nobody reaps once the thread is gone that has started them. Each of the
 * idle threads takes one of these runs. One that dies just now leaves its run open, so there is an end to the waiting.
 */
async function takeLeave(pool: Pool): Promise<void> {
	const leaves = Promise.allSettled(pool.threads.map(async () => pool.run({type: 'farewell'})));
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise((resolve) => {
		timer = setTimeout(resolve, LEAVE_LIMIT);
	});
	await Promise.race([leaves, late]);
	clearTimeout(timer);
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
	const what = cause === undefined ? 'it ended before it was ready' : messageOf(cause);
	const remedy = what.includes('EMFILE')
		? 'Too many files are open: raise the limit (ulimit -n), or lower "maxThreads".'
		: 'Check that better-sqlite3 is installed beside sqlite-hotcopy, and the manager options "execArgv", "env" and "resourceLimits".';
	return new BackupError('ERR_BACKUP_WORKER', `No worker thread could be started: ${what}. ${remedy}`, {cause});
}
