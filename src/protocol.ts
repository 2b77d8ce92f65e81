/**
 * What crosses between the main thread and a worker, both ways. Every message is a named interface of plain data, so
 * that both sides are checked against the same text.
 */
import type {MessagePort} from 'node:worker_threads';
import type {BackupErrorCode} from './errors.ts';
import type {JobProgress} from './job.ts';
import type {RestoreResult} from './result.ts';
import type {ProgressStatus} from './constants.ts';
import type {
	ChecksumOption,
	ExistingMode,
	JournalModeOption,
	SnapshotMode,
	StrategyOption,
	VerifyOption,
} from './options.ts';

/** A source that the worker opens by its path. */
export interface FileSource {
	readonly kind: 'file';
	/** Absolute, links not yet followed. */
	readonly path: string;
}

/** A source that has no file: its bytes, transferred. */
export interface BytesSource {
	readonly kind: 'bytes';
	readonly bytes: ArrayBuffer;
	/** What the result calls it. */
	readonly label: string;
}

export type SourceRequest = FileSource | BytesSource;

export interface TargetRequest {
	/** Whether the copy goes to a file, or to the main thread as an {@link ImageMessage}. */
	readonly kind: 'file' | 'memory';
	/**
	 * Absolute, every link followed: the file that is replaced or overwritten. For a copy that goes to memory, the name of
	 * a file that is never made, beside which it can be staged.
	 */
	readonly path: string;
	/** Whether to look in its directory for what dead processes left; if not, another job has done so meanwhile. */
	readonly sweep: boolean;
	readonly existing: ExistingMode;
	/** Permission bits, or undefined for the source's. */
	readonly mode: number | undefined;
	readonly journalMode: JournalModeOption;
	/** How thoroughly the copy is checked before it is published. */
	readonly depth: VerifyOption;
	readonly checksum: ChecksumOption;
}

export interface CopyRequest {
	/** Pages a step; 0: the whole database in one. */
	readonly pages: number;
	readonly snapshot: SnapshotMode;
	readonly strategy: StrategyOption;
	/** Milliseconds between attempts at something that is locked. */
	readonly sleepMs: number;
	/** Milliseconds without progress before the job fails; Infinity for never. */
	readonly stallTimeout: number;
	/** Bytes a second; Infinity for no limit. */
	readonly maxRate: number;
	/** Bytes the source's WAL may grow to under the pin; Infinity for no limit. */
	readonly maxWalBytes: number;
}

export interface ReportRequest {
	/** Whether each step must reach a `progress` callback. */
	readonly steps: boolean;
	/** Milliseconds between ticks. */
	readonly tickInterval: number;
}

/** What makes a job a restore. */
export interface RestoreRequest {
	/** Absolute, for a worker with every link followed: where the state from before is kept, if it is. */
	readonly safetyCopy: string | undefined;
}

/** One job, as Piscina hands it to a worker. */
export interface BackupRequest {
	readonly type: 'backup';
	readonly jobId: string;
	readonly source: SourceRequest;
	readonly target: TargetRequest;
	/** Undefined for what is no restore. */
	readonly restore: RestoreRequest | undefined;
	readonly copy: CopyRequest;
	readonly report: ReportRequest;
	/** Where the worker posts its {@link WorkerMessage}s. */
	readonly port: MessagePort;
	/** See `control.ts`. */
	readonly control: SharedArrayBuffer;
	/** Milliseconds for which the thread keeps its child process when it has nothing to do; Infinity for as long as it lives. */
	readonly keepChild: number;
}

/** The thread is about to be ended: it has no job, and must leave no child process behind. */
export interface FarewellRequest {
	readonly type: 'farewell';
}

/** The answer to a {@link FarewellRequest}. */
export interface FarewellOutcome {
	readonly type: 'farewell';
}

/** The name of the staging file, sent before it is made, so that a dead worker's can be removed. */
export interface StagingMessage {
	readonly type: 'staging';
	readonly path: string;
}

/**
 * A run of step reports for the `progress` callback: `count` reports, the first with `remaining`, each following one
 * with `stride` less. A run is what keeps memory bounded when the callback is slower than the copy.
 */
export interface StepsMessage {
	readonly type: 'steps';
	readonly status: ProgressStatus;
	readonly remaining: number;
	readonly total: number;
	readonly stride: number;
	readonly count: number;
}

/** Where the copy stands, for `progress` events: the newest only, the ones between are left out. */
export interface TickMessage extends JobProgress {
	readonly type: 'tick';
}

/** A staging file that could not be removed. Its process lives, so no other may take it for a stale one. */
export interface LeftoverMessage {
	readonly type: 'leftover';
	readonly path: string;
}

/** A child process of the worker began or ended, so that a dead worker's can be killed. */
export interface ChildMessage {
	readonly type: 'child';
	readonly pid: number;
	readonly running: boolean;
}

/** The files of SQLite's code that are loaded in this process, once for each thread. */
export interface LibrariesMessage {
	readonly type: 'libraries';
	readonly paths: readonly string[];
}

/** The bytes of a snapshot, transferred, before its job's outcome. */
export interface ImageMessage {
	readonly type: 'image';
	readonly bytes: ArrayBuffer;
}

export type WorkerMessage =
	LeftoverMessage | StagingMessage | StepsMessage | TickMessage | ChildMessage | LibrariesMessage | ImageMessage;

/** What the worker knows of a job that succeeded, of whatever kind: all but its name and its times. */
export type CopyReport = Omit<RestoreResult, 'jobId' | 'queuedMs' | 'durationMs'>;

export interface SuccessOutcome {
	readonly type: 'success';
	readonly report: CopyReport;
}

/** The job stopped because the control block said so; why is known to the main thread. */
export interface CancelledOutcome {
	readonly type: 'cancelled';
}

/** An error as a plain record; `cause` is the text of the failure underneath. */
export interface FailureOutcome {
	readonly type: 'failure';
	readonly code: BackupErrorCode;
	readonly message: string;
	readonly sqliteCode: string | undefined;
	readonly cause: ErrorRecord | undefined;
}

export interface ErrorRecord {
	readonly name: string;
	readonly message: string;
	readonly code: string | undefined;
	readonly stack: string | undefined;
}

export type JobOutcome = SuccessOutcome | CancelledOutcome | FailureOutcome;
