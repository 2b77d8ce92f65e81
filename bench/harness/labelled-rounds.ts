import type {Bench} from './bench.js';
import {interleave, type Contender, type Plan} from './rounds.js';

/** A contender that is named among the others. */
export interface Labelled<Sample> extends Contender<Sample> {
	readonly label: string;
}

export interface LabelledPlan<Sample> extends Pick<Plan<Sample, unknown>, 'rounds' | 'isFinal'> {
	/** What is told of a sample while the others are measured. */
	readonly text: (sample: Sample) => string;
}

export interface LabelledResults<Sample> {
	/** Without those that have no sample. */
	readonly series: readonly {readonly label: string; readonly samples: readonly Sample[]}[];
	/** Who failed, and why. */
	readonly failures: readonly string[];
}

/** Measures everyone in all rounds, and tells of it. */
export async function labelledRounds<Sample>(
	{signal, log}: Bench,
	contenders: readonly Labelled<Sample>[],
	{text, ...plan}: LabelledPlan<Sample>,
): Promise<LabelledResults<Sample>> {
	const series = await interleave<Sample, Labelled<Sample>>(
		contenders,
		{
			...plan,
			budget: Infinity,
			seconds: () => 0,
			onSample: ({label}, sample) => {
				log(`  ${label}: ${text(sample)}`);
			},
			onFailure: ({label}, reason) => {
				log(`  ${label} FAILED: ${reason}`);
			},
		},
		signal,
	);
	return {
		series: series.map(({contender: {label}, samples}) => ({label, samples})).filter(({samples}) => samples.length > 0),
		failures: series.flatMap(({contender: {label}, failure}) =>
			failure === undefined ? [] : [`${label} FAILED: ${failure}`],
		),
	};
}
