import type {ProgressEvent} from '../events.ts';
import {SQLITE_BUSY, SQLITE_DONE, SQLITE_LOCKED, SQLITE_OK, type ProgressStatus} from '../constants.ts';
import type {VerifyDepth} from '../options.ts';
import type {RestoreResult} from '../result.ts';
import type {ErrorDescription} from './errors/describe.ts';

/** The objects of `--json`, one a line. `docs/cli.md` shows each. */
export type OutputRecord = FoundRecord | ProgressRecord | ResultRecord | CheckRecord | ErrorRecord | SummaryRecord;

/** What `copy-all` is going to copy. */
export interface FoundRecord {
	readonly type: 'found';
	readonly databases: number;
}

export interface ProgressRecord {
	readonly type: 'progress';
	readonly jobId: string;
	readonly source: string;
	readonly target: string;
	readonly status: (typeof STATUS_NAMES)[ProgressStatus];
	readonly remaining: number;
	readonly total: number;
	readonly pageSize: number;
	readonly restarts: number;
	readonly busyRetries: number;
	readonly walBytes: number;
}

/** A copy that is in place. */
export interface ResultRecord extends RestoreResult {
	readonly type: 'result';
}

/** A database that `verify` found sound. */
export interface CheckRecord {
	readonly type: 'result';
	readonly file: string;
	readonly verified: VerifyDepth;
	readonly bytes: number;
	readonly durationMs: number;
}

/** What failed, with what it happened to where the command has more than one thing to do. */
export interface ErrorRecord extends ErrorDescription {
	readonly type: 'error';
	readonly source?: string;
	readonly target?: string;
	readonly file?: string;
}

/** How `copy-all` went. */
export interface SummaryRecord {
	readonly type: 'summary';
	readonly copied: number;
	readonly failed: number;
	/** Not done, because the command was stopped. */
	readonly left: number;
	readonly bytes: number;
	readonly durationMs: number;
}

const STATUS_NAMES = {
	[SQLITE_OK]: 'ok',
	[SQLITE_BUSY]: 'busy',
	[SQLITE_LOCKED]: 'locked',
	[SQLITE_DONE]: 'done',
} as const;

export function toProgressRecord({job, status}: ProgressEvent): ProgressRecord {
	const {id, source, target, remaining, total, pageSize, restarts, busyRetries, walBytes} = job;
	return {
		type: 'progress',
		jobId: id,
		source,
		target,
		status: STATUS_NAMES[status],
		remaining,
		total,
		pageSize,
		restarts,
		busyRetries,
		walBytes,
	};
}
