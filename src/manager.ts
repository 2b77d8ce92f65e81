import {EventEmitter} from 'eventemitter3';
import {dispatch} from './dispatch.ts';
import {AbortError, BackupError} from './errors.ts';
import {withoutThrowing, type BackupEvents} from './events.ts';
import {Job, type FailedState, type JobInfo} from './job.ts';
import {fillManagerOptions, type FilledManagerOptions, type ManagerOptions} from './manager-options.ts';
import type {BackupOptions, FilledBackupOptions} from './options.ts';
import {toBackupError} from './outcome.ts';
import {WorkerPool} from './pool.ts';
import type {JobOutcome} from './protocol.ts';
import {JobQueue} from './queue.ts';
import type {BackupResult} from './result.ts';
import {resolveSource, type BackupSource} from './source.ts';
import {followLinks, nameTarget, type BackupTarget} from './target.ts';
import {fillBackupOptions} from './validate-backup.ts';

/** Options of {@link BackupManager.close}. */
export interface CloseOptions {
	/** Abort what is queued and running instead of finishing it. */
	readonly force?: boolean | undefined;
}

/**
 * Makes hot copies of live SQLite databases, each in a worker thread.
 *
 * @example
 * ```ts
 * await using manager = new BackupManager({maxThreads: 2});
 * manager.on('progress', ({job, remaining, total}) => console.log(job.target, total - remaining, 'of', total));
 * const {pages, durationMs} = await manager.backup('app.db', 'backups/app.db');
 * ```
 */
export class BackupManager extends EventEmitter<BackupEvents> {
	readonly #options: FilledManagerOptions;
	readonly #pool: WorkerPool;
	readonly #queue = new JobQueue<Job>();
	readonly #jobs = new Set<Job>();
	/** Jobs that a worker still has, which a job that was rejected early may be. */
	readonly #running = new Set<Job>();
	#closing: Promise<void> | undefined;
	#idle: PromiseWithResolvers<void> | undefined;
	/** Resolves when every job so far has entered the queue. */
	#entrance = Promise.resolve();
	#queuedJobs = 0;
	/** False from the first job that waits until `drain` has told that none does. */
	#drained = true;
	#needsDrain = false;

	/**
	 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
	 */
	constructor(options: ManagerOptions = {}) {
		super();
		this.#options = fillManagerOptions(options);
		this.#pool = new WorkerPool(this.#options);
	}

	/** What is queued and active, in the order it came. */
	get jobs(): readonly JobInfo[] {
		return [...this.#jobs].map((job) => job.info);
	}

	/** True from the event `needsDrain` until the event `drain`. */
	get needsDrain(): boolean {
		return this.#needsDrain;
	}

	/**
	 * Copies a database while it is in use.
	 *
	 * Resolved: the target holds one consistent state that the source had between the call and the result, complete and
	 * flushed to disk. Rejected: the target is what it was.
	 *
	 * @param source a path, a `file:` URL, or an open better-sqlite3 `Database`
	 * @param target a path or `file:` URL, or an open `Database` that is overwritten in place
	 * @throws TypeError, RangeError for wrong arguments; `AbortError` when the signal fires; `BackupError` for all else;
	 * and what `progress` throws, as it is
	 */
	async backup(source: BackupSource, target: BackupTarget, options: BackupOptions = {}): Promise<BackupResult> {
		const filled = fillBackupOptions(this.#options.defaults, options);
		const named = nameTarget(target, filled);
		this.#admit(filled);
		const job = new Job({source: resolveSource(source, filled), target: named, options: filled});
		return await this.#follow(job);
	}

	/**
	 * Refuses new work with `ERR_BACKUP_CLOSED`, finishes what is queued and running (or, with `force`, aborts it), and
	 * ends the threads. Past `closeTimeout` it aborts the rest.
	 */
	async close({force = false}: CloseOptions = {}): Promise<void> {
		this.#closing ??= this.#shutDown();
		if (force) this.#abortAll();
		await this.#closing;
	}

	/** Aborts every job and ends the threads: `close({force: true})`. */
	async destroy(): Promise<void> {
		await this.close({force: true});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	/** Whether one more job may come, before anything is done for it. */
	#admit({signal}: FilledBackupOptions): void {
		if (this.#closing !== undefined) {
			throw new BackupError('ERR_BACKUP_CLOSED', 'The BackupManager is closed. Create a new one for further backups.');
		}

		if (signal?.aborted === true) throw new AbortError(signal.reason);
		if (this.#full) {
			const {maxQueue, maxThreads} = this.#options;
			throw new BackupError(
				'ERR_BACKUP_QUEUE_FULL',
				`The queue is full: ${String(maxThreads)} jobs may run and ${String(maxQueue)} may wait. Wait for the event ` +
					'"drain", or raise "maxQueue".',
			);
		}
	}

	/** A job's life, from here to its promise. */
	async #follow(job: Job): Promise<BackupResult> {
		const {signal} = job.spec.options;
		const onAbort = (): void => {
			this.#abort(job, new AbortError(signal?.reason, job.id));
		};
		signal?.addEventListener('abort', onAbort, {once: true});
		this.#jobs.add(job);
		this.#queuedJobs++;
		this.#drained = false;
		this.#emit('queued', () => this.emit('queued', {job: job.info}));
		if (this.#full && !this.#needsDrain) {
			this.#needsDrain = true;
			this.#emit('needsDrain', () => this.emit('needsDrain'));
		}

		this.#entrance = this.#enqueue(job, this.#entrance);
		try {
			return await job.promise;
		} finally {
			signal?.removeEventListener('abort', onAbort);
		}
	}

	/** Jobs enter the queue in the order they came, whichever link is followed first: the last one to a target wins. */
	async #enqueue(job: Job, before: Promise<void>): Promise<void> {
		try {
			job.targetPath = await followLinks(job.targetPath).finally(() => before);
			if (job.settled) return;
			this.#queue.add(job);
			this.#pump();
		} catch (error) {
			if (!job.settled) this.#fail(job, withJobId(error, job.id), 'failed');
		}
	}

	#pump(): void {
		while (this.#running.size < this.#options.maxThreads) {
			const job = this.#queue.take();
			if (job === undefined) break;
			void this.#run(job);
		}
	}

	async #run(job: Job): Promise<void> {
		const {timeout} = job.spec.options;
		this.#running.add(job);
		job.activate();
		this.#emit('active', () => this.emit('active', {job: job.info}));
		this.#queuedJobs--;
		this.#announceDrain();
		const timer = Number.isFinite(timeout)
			? setTimeout(() => {
					this.#cancel(job, timedOut(timeout, job.id), 'failed');
				}, timeout)
			: undefined;
		try {
			const outcome = await dispatch(job, this.#pool, this.#options.progressInterval, {
				onTick: ({type: _, ...progress}) => {
					if (job.settled) return;
					job.progress = progress;
					const {status, remaining, total} = progress;
					this.#emit('progress', () => this.emit('progress', {job: job.info, status, remaining, total}));
				},
				onThrow: (error) => {
					this.#cancel(job, error, 'failed');
				},
			});
			this.#finish(job, outcome);
		} catch (error) {
			this.#fail(job, withJobId(error, job.id), 'failed');
		} finally {
			clearTimeout(timer);
			this.#running.delete(job);
			this.#queue.release(job);
			this.#pump();
			this.#settleIdle();
		}
	}

	#finish(job: Job, outcome: JobOutcome): void {
		if (job.settled) return;
		switch (outcome.type) {
			case 'success': {
				const now = performance.now();
				const startedAt = job.startedAt ?? now;
				const result = Object.freeze({
					jobId: job.id,
					...outcome.report,
					queuedMs: startedAt - job.queuedAt,
					durationMs: now - startedAt,
				});
				this.#jobs.delete(job);
				job.complete(result);
				this.#emit('completed', () => this.emit('completed', {job: job.info, result}));
				this.#announceDrain();
				break;
			}

			case 'cancelled':
				// The reason is on this side; `#fail` knows it.
				this.#fail(job, undefined, 'failed');
				break;
			case 'failure':
				this.#fail(job, toBackupError(outcome, job.id), 'failed');
				break;
			default:
				outcome satisfies never;
		}
	}

	#abort(job: Job, error: AbortError): void {
		this.#cancel(job, error, 'aborted');
	}

	#cancel(job: Job, error: unknown, state: FailedState): void {
		job.cancel(error, state, () => {
			this.#fail(job, error, state);
		});
	}

	/** Rejects a job, with the reason of its cancellation if it has one: whatever the worker then ran into followed from it. */
	#fail(job: Job, error: unknown, state: FailedState): void {
		if (job.settled) return;
		const final = job.cancellation ?? {error, state};
		const wasQueued = job.state === 'queued';
		this.#queue.remove(job);
		this.#jobs.delete(job);
		job.fail(final.error, final.state);
		this.#emit(final.state, () => this.emit(final.state, {job: job.info, error: final.error}));
		if (wasQueued) this.#queuedJobs--;
		this.#announceDrain();
		this.#settleIdle();
	}

	#abortAll(): void {
		const reason = new BackupError('ERR_BACKUP_CLOSED', 'The BackupManager was closed before the backup was done.');
		for (const job of this.#jobs) this.#abort(job, new AbortError(reason, job.id));
	}

	async #shutDown(): Promise<void> {
		const {closeTimeout} = this.#options;
		const timer = Number.isFinite(closeTimeout)
			? setTimeout(() => {
					this.#abortAll();
				}, closeTimeout)
			: undefined;
		this.#idle = Promise.withResolvers();
		this.#settleIdle();
		await this.#idle.promise;
		clearTimeout(timer);
		await this.#pool.destroy();
	}

	/** Idle is when no promise is open and no worker is busy, not even with cleaning up after an abort. */
	#settleIdle(): void {
		if (this.#jobs.size === 0 && this.#running.size === 0) this.#idle?.resolve();
	}

	/** There is room for `maxQueue` jobs: none waits, and not even without a queue is every thread taken. */
	#announceDrain(): void {
		if (this.#drained || this.#queuedJobs > 0 || this.#full) return;
		this.#drained = true;
		this.#needsDrain = false;
		this.#emit('drain', () => this.emit('drain'));
	}

	/** As many jobs as may run and wait. */
	get #full(): boolean {
		return this.#jobs.size >= this.#options.maxQueue + this.#options.maxThreads;
	}

	#emit(event: keyof BackupEvents, emit: () => void): void {
		withoutThrowing(event, emit);
	}
}

function timedOut(timeout: number, jobId: string): BackupError {
	return new BackupError(
		'ERR_BACKUP_TIMEOUT',
		`The backup ran for longer than its timeout of ${String(timeout)} ms. Raise "timeout", or back up when the ` +
			'database and the disk are less busy.',
		{jobId},
	);
}

function withJobId(error: unknown, jobId: string): unknown {
	if (!(error instanceof BackupError) || error.jobId !== undefined) return error;
	const {code, message, sqliteCode, cause} = error;
	return new BackupError(code, message, {jobId, sqliteCode, cause});
}
