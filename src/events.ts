import type {EventEmitter} from 'eventemitter3';
import type {ProgressStatus} from './constants.ts';
import type {JobInfo} from './job.ts';
import type {BackupResult} from './result.ts';

/** The events of a {@link BackupManager} and what each listener is given. */
export interface BackupEvents {
	/** A job was accepted. It comes before `backup()` has returned, so that the job's id is known from the start. */
	queued: (event: JobEvent) => void;
	/** A job began to run. */
	active: (event: JobEvent) => void;
	/** A job got on, or waits for a lock: the first, the last, and one each `progressInterval` between. */
	progress: (event: ProgressEvent) => void;
	/** A job's copy is in place. */
	completed: (event: CompletedEvent) => void;
	/** A job failed; its target is what it was, unless the error says that the copy is in place but could not be flushed. */
	failed: (event: FailedEvent) => void;
	/** A job was aborted; its target is what it was. */
	aborted: (event: FailedEvent) => void;
	/** The last job that waited has left the queue: as many as `maxQueue` may come. */
	drain: () => void;
	/** As many jobs wait as `maxQueue` allows: the next is refused until some have left. */
	needsDrain: () => void;
}

/** What every event about a job has. */
export interface JobEvent {
	/** The job at that moment. */
	readonly job: JobInfo;
}

/** How far a job has got. */
export interface ProgressEvent extends JobEvent {
	/** SQLite's status of the last step. */
	readonly status: ProgressStatus;
	/** Pages still to copy. */
	readonly remaining: number;
	/** Pages in all. */
	readonly total: number;
}

/** A job that succeeded. */
export interface CompletedEvent extends JobEvent {
	/** What its promise resolves to. */
	readonly result: BackupResult;
}

/** A job that failed or was aborted. */
export interface FailedEvent extends JobEvent {
	/** What its promise rejects with. */
	readonly error: unknown;
}

/** Tells listeners of something; what they throw stays with them. */
export type Announce = <Event extends keyof BackupEvents>(
	event: Event,
	...args: EventEmitter.EventArgs<BackupEvents, Event>
) => void;

/** A listener that throws must not change a job's outcome: it is told of as a warning of the process instead. */
export function withoutThrowing(event: keyof BackupEvents, emit: () => void): void {
	try {
		emit();
	} catch (error) {
		const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
		process.emitWarning(`A listener of the event "${event}" threw: ${why}`, {code: 'HOTCOPY_LISTENER_THREW'});
	}
}
