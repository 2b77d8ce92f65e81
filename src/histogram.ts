import {createHistogram} from 'node:perf_hooks';

/**
 * Times in milliseconds, summed up as Piscina sums up its own: 0 throughout before the first one. A percentile is exact
 * to 3 digits.
 *
 * @see https://github.com/piscinajs/piscina
 */
export interface HistogramSummary {
	/** How many times there were. */
	readonly count: number;
	/** The same as `mean`. */
	readonly average: number;
	readonly mean: number;
	/** The standard deviation. */
	readonly stddev: number;
	readonly min: number;
	readonly max: number;
	readonly p0_001: number;
	readonly p0_01: number;
	readonly p0_1: number;
	readonly p1: number;
	readonly p2_5: number;
	readonly p10: number;
	readonly p25: number;
	/** The median: half of the times were no longer. */
	readonly p50: number;
	readonly p75: number;
	readonly p90: number;
	readonly p97_5: number;
	readonly p99: number;
	readonly p99_9: number;
	readonly p99_99: number;
	readonly p99_999: number;
}

/** A histogram takes whole numbers only, so it counts in microseconds. */
const UNITS_IN_MS = 1000;

/** Times of any number in a memory that does not grow with them. */
export class TimeHistogram {
	readonly #times = createHistogram();

	record(ms: number): void {
		// It takes no 0 either.
		this.#times.record(Math.max(1, Math.round(ms * UNITS_IN_MS)));
	}

	get summary(): HistogramSummary {
		const times = this.#times;
		const {count} = times;
		// Without a single time Node.js gives NaN for the mean, and the greatest number there is for the minimum.
		const inMs = (value: number): number => (count === 0 ? 0 : value / UNITS_IN_MS);
		const percentile = (percent: number): number => inMs(times.percentile(percent));
		return Object.freeze({
			count,
			average: inMs(times.mean),
			mean: inMs(times.mean),
			stddev: inMs(times.stddev),
			min: inMs(times.min),
			max: inMs(times.max),
			p0_001: percentile(0.001),
			p0_01: percentile(0.01),
			p0_1: percentile(0.1),
			p1: percentile(1),
			p2_5: percentile(2.5),
			p10: percentile(10),
			p25: percentile(25),
			p50: percentile(50),
			p75: percentile(75),
			p90: percentile(90),
			p97_5: percentile(97.5),
			p99: percentile(99),
			p99_9: percentile(99.9),
			p99_99: percentile(99.99),
			p99_999: percentile(99.999),
		});
	}
}
