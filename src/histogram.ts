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
	/** The arithmetic mean. */
	readonly mean: number;
	/** The standard deviation. */
	readonly stddev: number;
	/** The shortest. */
	readonly min: number;
	/** The longest. */
	readonly max: number;
	/** 0.001 % of the times were no longer. */
	readonly p0_001: number;
	/** 0.01 % of the times were no longer. */
	readonly p0_01: number;
	/** 0.1 % of the times were no longer. */
	readonly p0_1: number;
	/** 1 % of the times were no longer. */
	readonly p1: number;
	/** 2.5 % of the times were no longer. */
	readonly p2_5: number;
	/** 10 % of the times were no longer. */
	readonly p10: number;
	/** 25 % of the times were no longer. */
	readonly p25: number;
	/** The median: 50 % of the times were no longer. */
	readonly p50: number;
	/** 75 % of the times were no longer. */
	readonly p75: number;
	/** 90 % of the times were no longer. */
	readonly p90: number;
	/** 97.5 % of the times were no longer. */
	readonly p97_5: number;
	/** 99 % of the times were no longer. */
	readonly p99: number;
	/** 99.9 % of the times were no longer. */
	readonly p99_9: number;
	/** 99.99 % of the times were no longer. */
	readonly p99_99: number;
	/** 99.999 % of the times were no longer. */
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
