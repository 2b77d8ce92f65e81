import {randomUUID} from 'node:crypto';
import {Control} from './control.ts';
import {SQLITE_OK, type ProgressStatus} from './constants.ts';
import type {FilledBackupOptions} from './options.ts';
import type {RestoreRequest, SourceRequest} from './protocol.ts';
import type {BackupResult} from './result.ts';
import type {NamedTarget} from './target.ts';

/** How a job ends that has no copy. */
export type FailedState = 'failed' | 'aborted';
/** Where a job is in its life. */
export type JobState = 'queued' | 'active' | 'completed' | FailedState;

/** A job at one moment, as events and `manager.jobs` show it. */
export interface JobInfo {
	/** Unique; a result and an error have it as `jobId`. */
	readonly id: string;
	/** The source's path; `:memory:` or the database's name for one without a file. */
	readonly source: string;
	/** The target's path. */
	readonly target: string;
	/** Waiting, running, or how it ended. */
	readonly state: JobState;
	/** The `priority` that it was given. */
	readonly priority: number;
	/** Pages still to copy; 0 before the first step. */
	readonly remaining: number;
	/** Pages in all; 0 before the first step. */
	readonly total: number;
	/** Bytes in a page; 0 before the first step. */
	readonly pageSize: number;
	/** How often another connection's write made the copy start again. */
	readonly restarts: number;
	/** How often a lock made the job wait. */
	readonly busyRetries: number;
	/** Bytes in the source's WAL at its largest so far, while the copy keeps it from being reset. */
	readonly walBytes: number;
}

/** Where a copy stands. */
export interface JobProgress {
	readonly status: ProgressStatus;
	readonly remaining: number;
	readonly total: number;
	readonly pageSize: number;
	readonly restarts: number;
	readonly busyRetries: number;
	readonly walBytes: number;
}

/** Why a job is being cancelled, and how it will end. */
export interface Cancellation {
	readonly error: unknown;
	readonly state: FailedState;
}

export interface JobSpec {
	readonly source: SourceRequest;
	readonly target: NamedTarget;
	readonly options: FilledBackupOptions;
	/** Undefined for what is no restore. */
	readonly restore?: RestoreRequest;
}

/** What the jobs of one call have in common. */
export interface JobGroup {
	/** Aborts each of them, which then settles no sooner than its worker has cleaned up. */
	readonly signal: AbortSignal;
	/** See {@link Job.askedAt}. */
	readonly askedAt: number;
}

/**
 * How many milliseconds an aborted job waits for its worker to clean up before it rejects all the same: less than anybody
 * notices, and enough for a worker that is not in the middle of a long native call.
 */
const CLEANUP_GRACE = 2;

/**
 * How many milliseconds the removal of its file from here is waited for. It must itself wait for what is just being written
 * to the file, and the threads of the file system may be busy.
 */
const REMOVAL_GRACE = 12;

/** What came of a job. */
export interface JobOutput {
	readonly result: BackupResult;
	/** The bytes of a snapshot. */
	readonly image: ArrayBuffer | undefined;
}

/** One backup, from the call to its promise. */
export class Job {
	readonly id = randomUUID();
	readonly spec: JobSpec;
	readonly control = new Control();
	readonly promise: Promise<JobOutput>;
	/** The target with its links followed; until then as it was named. Jobs with one target run one after another. */
	targetPath: string;
	/** Where a restore keeps the state from before, with its links followed. */
	safetyPath: string | undefined;
	progress: JobProgress = {
		status: SQLITE_OK,
		remaining: 0,
		total: 0,
		pageSize: 0,
		restarts: 0,
		busyRetries: 0,
		walBytes: 0,
	};
	readonly queuedAt = performance.now();
	/** What was done since then for the target's directory serves this job as well. */
	readonly askedAt: number;
	startedAt: number | undefined;
	/** The bytes of a snapshot, once they have come. */
	image: ArrayBuffer | undefined;
	/** Ends the worker's child processes, which hear of nothing else. */
	interrupt: (() => void) | undefined;
	/** Takes away what the worker has made so far. It may still be at work, but must not publish any more. */
	discard: (() => Promise<void>) | undefined;
	/** Resolved once no worker has anything of the job any more, which may be after its promise was rejected. */
	readonly over = Promise.withResolvers<undefined>();

	#state: JobState = 'queued';
	#cancellation: Cancellation | undefined;
	#grace: NodeJS.Timeout | undefined;
	readonly #settle: PromiseWithResolvers<JobOutput>;

	constructor(spec: JobSpec, group?: JobGroup) {
		this.spec = spec;
		this.askedAt = group?.askedAt ?? this.queuedAt;
		this.targetPath = spec.target.path;
		this.safetyPath = spec.restore?.safetyCopy;
		this.#settle = Promise.withResolvers();
		this.promise = this.#settle.promise;
	}

	get state(): JobState {
		return this.#state;
	}

	get settled(): boolean {
		return this.#state !== 'queued' && this.#state !== 'active';
	}

	/** Jobs that write to one file run one after another. */
	get lanes(): readonly string[] {
		const paths = this.spec.target.kind === 'memory' ? [] : [this.targetPath, this.safetyPath];
		return paths.filter((path) => path !== undefined);
	}

	/** Why the job is being cancelled, while it is. */
	get cancellation(): Cancellation | undefined {
		return this.#cancellation;
	}

	get info(): JobInfo {
		const {remaining, total, pageSize, restarts, busyRetries, walBytes} = this.progress;
		const {source, options} = this.spec;
		return Object.freeze({
			id: this.id,
			source: source.kind === 'file' ? source.path : source.label,
			target: this.targetPath,
			state: this.#state,
			priority: options.priority,
			remaining,
			total,
			pageSize,
			restarts,
			busyRetries,
			walBytes,
		});
	}

	activate(): void {
		this.#state = 'active';
		this.startedAt = performance.now();
	}

	/**
	 * Stops the job unless its worker is publishing already. `reject` is called in milliseconds: as soon as the worker has
	 * cleaned up, or after a grace period when a native call still holds it; then its file is removed from here. From here
	 * on nothing is published.
	 */
	cancel(error: unknown, state: FailedState, reject: () => void): void {
		if (this.settled || this.#cancellation !== undefined || !this.control.cancel()) return;
		this.#cancellation = {error, state};
		if (!this.control.started) {
			reject();
			return;
		}

		this.interrupt?.();
		this.#grace = setTimeout(() => {
			this.#grace = setTimeout(reject, REMOVAL_GRACE);
			void this.discard?.().then(reject);
		}, CLEANUP_GRACE);
	}

	complete(result: BackupResult): void {
		this.#end('completed');
		this.#settle.resolve({result, image: this.image});
	}

	fail(error: unknown, state: FailedState): void {
		this.#end(state);
		this.#settle.reject(error);
	}

	#end(state: JobState): void {
		clearTimeout(this.#grace);
		this.#state = state;
	}
}
