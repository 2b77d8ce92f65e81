import {createHistogram} from 'node:perf_hooks';

const NANOSECONDS = 1e6;

/**
 * How long requests waited that are sent over connections, each the next when the last one is answered.
 *
 * A response that took longer than `interval` also counts for the requests that the connection would have sent meanwhile,
 * as HdrHistogram corrects for coordinated omission. Otherwise a second without any response would be one slow request
 * among thousands of fast ones.
 *
 * @see https://github.com/HdrHistogram/HdrHistogram#corrected-vs-raw-value-recording-calls
 */
export class ResponseTimes {
	readonly #histogram = createHistogram();
	readonly #interval: number;

	/** @param interval ms between two requests of a connection that is not kept waiting; `Infinity`: count each as one */
	constructor(interval: number) {
		this.#interval = interval;
	}

	record(ms: number): void {
		let rest = ms;
		do {
			this.#histogram.record(Math.max(1, Math.round(rest * NANOSECONDS)));
			rest -= this.#interval;
		} while (rest >= this.#interval);
	}

	/** @returns ms that so many percent did not exceed */
	percentile(percent: number): number {
		return this.#histogram.percentile(percent) / NANOSECONDS;
	}

	/** In ms. */
	get longest(): number {
		return this.#histogram.max / NANOSECONDS;
	}
}
