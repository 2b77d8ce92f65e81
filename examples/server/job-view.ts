import type {BackupResult, JobInfo, JobState} from 'sqlite-hotcopy';

/** What a client sees of a job. Where the files are is left out, but for what an error's message says. */
export interface JobView {
	readonly id: string;
	/** The backup's file in the directory for backups. */
	readonly name: string;
	readonly state: JobState;
	readonly priority: number;
	/** Pages still to copy; 0 before the first step. */
	readonly remaining: number;
	/** Pages in all; 0 before the first step. */
	readonly total: number;
	readonly queuedAt: string;
	readonly startedAt: string | undefined;
	readonly endedAt: string | undefined;
	/** Of a job that is completed. */
	readonly result: Omit<BackupResult, 'jobId' | 'source' | 'target'> | undefined;
	/** Of a job that failed or was aborted. */
	readonly error: JobError | undefined;
	/** How often it has changed: an event's id. */
	readonly version: number;
}

export interface JobError {
	readonly code: string | undefined;
	readonly message: string;
}

export function isEnded({endedAt}: JobView): boolean {
	return endedAt !== undefined;
}

export function viewQueued({id, state, priority, remaining, total}: JobInfo, name: string): JobView {
	return {
		id,
		name,
		state,
		priority,
		remaining,
		total,
		queuedAt: now(),
		startedAt: undefined,
		endedAt: undefined,
		result: undefined,
		error: undefined,
		version: 0,
	};
}

export function viewActive(view: JobView, {state, remaining, total}: JobInfo): JobView {
	return {...view, state, remaining, total, startedAt: view.startedAt ?? now(), version: view.version + 1};
}

export function viewCompleted(view: JobView, {state, remaining, total}: JobInfo, result: BackupResult): JobView {
	const {jobId, source, target, ...figures} = result;
	return {...view, state, remaining, total, endedAt: now(), result: figures, version: view.version + 1};
}

export function viewFailed(view: JobView, {state}: JobInfo, error: unknown): JobView {
	return {...view, state, endedAt: now(), error: viewError(error), version: view.version + 1};
}

export function viewError(error: unknown): JobError {
	if (!(error instanceof Error)) return {code: undefined, message: String(error)};
	const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
	return {code, message: error.message};
}

function now(): string {
	return new Date().toISOString();
}
