import {max, median, min} from 'simple-statistics';

/** What several rounds of one measurement gave. */
export interface Summary {
	readonly median: number;
	readonly min: number;
	readonly max: number;
	/** In the order they were measured. */
	readonly values: readonly number[];
}

/** @param values at least one */
export function summarize(values: readonly number[]): Summary {
	return {median: median(values), min: min(values), max: max(values), values};
}

/** The same rounds in another unit. */
export function transform({values}: Summary, convert: (value: number) => number): Summary {
	return summarize(values.map(convert));
}
