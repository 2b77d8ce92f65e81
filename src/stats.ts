import {TimeHistogram, type HistogramSummary} from './histogram.ts';
import type {FailedState} from './job.ts';
import type {BackupResult} from './result.ts';

/**
 * What a {@link BackupManager} has done since it was made, and what it is doing: plain data of one moment, which does not
 * change afterwards. What was refused before it became a job is not in it.
 */
export interface ManagerStats {
	/** Jobs that wait now. */
	readonly queued: number;
	/** Jobs that run now. */
	readonly active: number;
	/** Jobs whose copy is in place. */
	readonly completed: number;
	/** Jobs that failed. */
	readonly failed: number;
	/** Jobs that were aborted, in the queue or while they ran. */
	readonly aborted: number;
	/** Bytes in all the copies of completed jobs: the sum of {@link BackupResult.bytes}. */
	readonly bytes: number;
	/** Milliseconds between the call and the start, of all jobs that began to run. */
	readonly waitTime: HistogramSummary;
	/** Milliseconds between the start and the end, of all jobs that began to run and have ended, however they did. */
	readonly runTime: HistogramSummary;
}

/** What the statistics need to know of a job. */
interface Timed {
	readonly queuedAt: number;
	/** Undefined for one that never ran. */
	readonly startedAt: number | undefined;
}

/** Counts the jobs of a manager as they come and go. */
export class Statistics {
	#queued = 0;
	#active = 0;
	#bytes = 0;
	readonly #ended = {completed: 0, failed: 0, aborted: 0};
	readonly #waitTime = new TimeHistogram();
	readonly #runTime = new TimeHistogram();

	queued(): void {
		this.#queued++;
	}

	started({queuedAt, startedAt = queuedAt}: Timed): void {
		this.#queued--;
		this.#active++;
		this.#waitTime.record(startedAt - queuedAt);
	}

	completed({bytes, durationMs}: BackupResult): void {
		this.#ended.completed++;
		this.#bytes += bytes;
		this.#active--;
		this.#runTime.record(durationMs);
	}

	failed({startedAt}: Timed, state: FailedState): void {
		this.#ended[state]++;
		if (startedAt === undefined) {
			this.#queued--;
		} else {
			this.#active--;
			this.#runTime.record(performance.now() - startedAt);
		}
	}

	get snapshot(): ManagerStats {
		return Object.freeze({
			queued: this.#queued,
			active: this.#active,
			...this.#ended,
			bytes: this.#bytes,
			waitTime: this.#waitTime.summary,
			runTime: this.#runTime.summary,
		});
	}
}
