import {dirname} from 'node:path';
import {DirectoryFlusher} from './directory-flush.ts';
import {dispatch} from './dispatch.ts';
import {AbortError, BackupError} from './errors.ts';
import type {Announce} from './events.ts';
import {Job, type FailedState, type JobGroup, type JobInfo, type JobOutput, type JobSpec} from './job.ts';
import type {FilledManagerOptions} from './manager-options.ts';
import type {FilledBackupOptions} from './options.ts';
import {timedOut, toBackupError, withJobId} from './outcome.ts';
import {WorkerPool} from './pool.ts';
import {Pressure} from './pressure.ts';
import type {JobOutcome} from './protocol.ts';
import {JobQueue} from './queue.ts';
import {Statistics, type ManagerStats} from './stats.ts';
import {Sweeps} from './sweeps.ts';
import {resolveSafetyCopy, resolveTarget} from './target.ts';
import {whenAborted} from './when-aborted.ts';

/** The jobs of a manager: which of them run, and how each one ends. */
export class Scheduler {
	readonly #options: FilledManagerOptions;
	readonly #announce: Announce;
	readonly #pool: WorkerPool;
	readonly #pressure: Pressure;
	readonly #statistics = new Statistics();
	readonly #queue = new JobQueue<Job>();
	readonly #sweeps = new Sweeps();
	readonly #flusher = new DirectoryFlusher();
	readonly #jobs = new Set<Job>();
	/** Jobs that a worker still has, which a job that was rejected early may be. */
	readonly #running = new Set<Job>();
	/** Resolves when every job so far has entered the queue. */
	#entrance = Promise.resolve();
	#closing: Promise<void> | undefined;
	#idle: PromiseWithResolvers<void> | undefined;

	constructor(options: FilledManagerOptions, announce: Announce) {
		this.#options = options;
		this.#announce = announce;
		this.#pool = new WorkerPool(options);
		this.#pressure = new Pressure(options, announce);
	}

	get jobs(): readonly JobInfo[] {
		return [...this.#jobs].map((job) => job.info);
	}

	get needsDrain(): boolean {
		return this.#pressure.needsDrain;
	}

	get stats(): ManagerStats {
		return this.#statistics.snapshot;
	}

	/** @throws `BackupError` ERR_BACKUP_CLOSED */
	refuseWhenClosed(): void {
		if (this.#closing === undefined) return;
		throw new BackupError('ERR_BACKUP_CLOSED', 'The BackupManager is closed. Create a new one for further backups.');
	}

	/** Resolves when there may be room for one more job, or none is accepted any more. Undefined when that is so now. */
	get room(): Promise<undefined> | undefined {
		return this.#closing === undefined ? this.#pressure.room : undefined;
	}

	/** Whether one more job may come, before anything is done for it. */
	admit({signal}: FilledBackupOptions): void {
		this.refuseWhenClosed();
		if (signal?.aborted === true) throw new AbortError(signal.reason);
		this.#pressure.refuseWhenFull();
	}

	/** A job's life, from here to its promise. */
	async submit(spec: JobSpec, group?: JobGroup): Promise<JobOutput> {
		const job = new Job(spec, group);
		const forget = [spec.options.signal, group?.signal].map((signal) =>
			whenAborted(signal, (reason) => {
				this.#abort(job, new AbortError(reason, job.id));
			}),
		);
		this.#jobs.add(job);
		this.#statistics.queued();
		this.#announce('queued', {job: job.info});
		this.#pressure.entered();
		this.#entrance = this.#enqueue(job, this.#entrance);
		try {
			return await job.promise;
		} finally {
			for (const stop of forget) stop();
			if (group?.signal.aborted === true) await job.over.promise;
		}
	}

	/** Jobs enter the queue in the order they came, whichever link is followed first: the last one to a target wins. */
	async #enqueue(job: Job, before: Promise<void>): Promise<void> {
		const {target, restore} = job.spec;
		try {
			const resolving = [resolveTarget(target), resolveSafetyCopy(restore)] as const;
			[job.targetPath, job.safetyPath] = await Promise.all(resolving).finally(() => before);
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
		this.#statistics.started(job);
		this.#announce('active', {job: job.info});
		this.#pressure.leftQueue();
		const timer = Number.isFinite(timeout)
			? setTimeout(() => {
					this.#cancel(job, timedOut(timeout, job.id), 'failed');
				}, timeout)
			: undefined;
		try {
			const outcome = await dispatch(job, this.#pool, this.#options.progressInterval, this.#sweeps, {
				onTick: ({type: _, ...progress}) => {
					if (job.settled) return;
					job.progress = progress;
					const {status, remaining, total} = progress;
					this.#announce('progress', {job: job.info, status, remaining, total});
				},
				onThrow: (error) => {
					this.#cancel(job, error, 'failed');
				},
			});
			const [target] = job.lanes;
			if (outcome.type === 'success' && target !== undefined) await this.#flusher.flush(dirname(target));
			this.#finish(job, outcome);
		} catch (error) {
			this.#fail(job, withJobId(error, job.id), 'failed');
		} finally {
			clearTimeout(timer);
			this.#running.delete(job);
			this.#queue.release(job);
			job.over.resolve(undefined);
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
				this.#statistics.completed(result);
				this.#announce('completed', {job: job.info, result});
				this.#pressure.ended();
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
		this.#statistics.failed(job, final.state);
		if (!this.#running.has(job)) job.over.resolve(undefined);
		this.#announce(final.state, {job: job.info, error: final.error});
		if (wasQueued) this.#pressure.leftQueue();
		this.#pressure.ended();
		this.#settleIdle();
	}

	abortAll(): void {
		const reason = new BackupError('ERR_BACKUP_CLOSED', 'The BackupManager was closed before the backup was done.');
		for (const job of this.#jobs) this.#abort(job, new AbortError(reason, job.id));
	}

	/** Resolves once every job has ended, and every thread. */
	async close(): Promise<void> {
		this.#closing ??= this.#shutDown();
		this.#pressure.wake();
		await this.#closing;
	}

	async #shutDown(): Promise<void> {
		const {closeTimeout} = this.#options;
		const timer = Number.isFinite(closeTimeout)
			? setTimeout(() => {
					this.abortAll();
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
}
