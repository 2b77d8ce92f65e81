import type {Control} from './control.ts';
import type {ProgressCallback} from './options.ts';
import {removeStaging} from './leftovers.ts';
import {warnOfSecondSqlite} from './second-sqlite.ts';
import type {StepsMessage, TickMessage, WorkerMessage} from './protocol.ts';

/** Where a job's messages go. */
export interface ReportListener {
	readonly progress: ProgressCallback | undefined;
	readonly onTick: (tick: TickMessage) => void;
	/** The progress callback failed, which fails the job. */
	readonly onThrow: (error: unknown) => void;
	/** The staging file that the worker is about to make. */
	readonly onStaging: (path: string) => void;
	/** A child process of the worker began or ended. */
	readonly onChild: (pid: number, running: boolean) => void;
	/** The bytes of a snapshot. */
	readonly onImage: (bytes: ArrayBuffer) => void;
}

/** Hands a worker's messages, in their order, to whoever they are for. */
export function receive(message: WorkerMessage, control: Control, listener: ReportListener): void {
	switch (message.type) {
		case 'staging':
			listener.onStaging(message.path);
			break;
		case 'leftover':
			void removeStaging(message.path);
			break;
		case 'child':
			listener.onChild(message.pid, message.running);
			break;
		case 'image':
			listener.onImage(message.bytes);
			break;
		case 'libraries':
			warnOfSecondSqlite(message.paths);
			break;
		case 'tick':
			if (!control.cancelled) listener.onTick(message);
			break;
		case 'steps':
			replay(message, control, listener);
			break;
		default:
			message satisfies never;
			throw new Error(`Unknown message from a backup worker: ${JSON.stringify(message)}`);
	}
}

/** Calls back once for each step of a run; a cancelled job's callback is not called any more. */
function replay(run: StepsMessage, control: Control, {progress, onThrow}: ReportListener): void {
	for (let index = 0; index < run.count && !control.cancelled; index++) {
		try {
			const returned: unknown = progress?.(run.status, run.remaining - index * run.stride, run.total);
			// An async callback is not waited for, but its failure must not end the process as an unhandled rejection.
			if (isThenable(returned)) returned.then(undefined, onThrow);
		} catch (error) {
			onThrow(error);
			return;
		}
	}

	control.acknowledge(run.count);
}

/** By shape: a promise may come from another realm, or be somebody's own. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
