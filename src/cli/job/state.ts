import {SQLITE_BUSY, SQLITE_LOCKED} from '../../constants.ts';
import type {ProgressEvent} from '../../events.ts';
import {formatBytes, formatRate, formatTimeLeft} from '../text/quantities.ts';
import {Pace} from './pace.ts';

/** Where one copy stands, in numbers to draw and in words. */
export class JobState {
	readonly #pace = new Pace();
	/** 0 to 1. */
	fraction = 0;
	/** `61.2 MB of 102.4 MB, 143.9 MB/s, 1s left` */
	words = '';

	update({job, status}: ProgressEvent): void {
		const {total, remaining, pageSize} = job;
		const done = (total - remaining) * pageSize;
		this.#pace.update(done);
		this.fraction = total === 0 ? 0 : (total - remaining) / total;
		this.words = [
			total === 0 ? undefined : `${formatBytes(done)} of ${formatBytes(total * pageSize)}`,
			status === SQLITE_BUSY || status === SQLITE_LOCKED ? 'waiting for a lock' : this.#prospect(remaining * pageSize),
		]
			.filter((part) => part !== undefined)
			.join(', ');
	}

	#prospect(rest: number): string | undefined {
		// Flushed, checked and put in place: none of that is told of page by page.
		if (this.fraction === 1) return 'finishing';
		const rate = this.#pace.rate;
		const time = this.#pace.timeFor(rest);
		if (rate === undefined) return undefined;
		return time === undefined ? formatRate(rate) : `${formatRate(rate)}, ${formatTimeLeft(time)}`;
	}
}
