import {messageOf} from '../../src/message.js';

/** Something that is measured again and again. */
export interface Contender<Sample> {
	measure(): Promise<Sample>;
}

export interface Plan<Sample, C> {
	readonly rounds: number;
	/** Seconds that all samples of a contender may take together; who took more is left out of further rounds. */
	readonly budget: number;
	/** Whether one sample says it all, such as that of a copy that did not end. By default none does. */
	readonly isFinal?: (sample: Sample) => boolean;
	/** Of one sample. */
	readonly seconds: (sample: Sample) => number;
	readonly onSample: (contender: C, sample: Sample) => void;
	readonly onFailure: (contender: C, reason: string) => void;
}

/** What the rounds of one contender gave. */
export interface Series<Sample, C> {
	readonly contender: C;
	readonly samples: readonly Sample[];
	/** Why there are no more samples, when that is because one failed. */
	readonly failure: string | undefined;
}

/** Even the slowest shows a spread. */
const LEAST_ROUNDS = 2;

/**
 * Measures everyone once a round, each round beginning with another, so that what changes on the machine meanwhile, and
 * what one leaves behind for the next, falls on all alike. Who fails once is out.
 */
export async function interleave<Sample, C extends Contender<Sample>>(
	contenders: readonly C[],
	{rounds, budget, isFinal = () => false, seconds, onSample, onFailure}: Plan<Sample, C>,
	signal: AbortSignal,
): Promise<Series<Sample, C>[]> {
	const all = contenders.map((contender) => ({
		contender,
		samples: new Array<Sample>(),
		failure: undefined as string | undefined,
	}));
	for (let round = 0; round < rounds; round++) {
		const first = round % all.length;
		for (const series of [...all.slice(first), ...all.slice(0, first)]) {
			const {contender, samples} = series;
			const spent = samples.reduce((sum, sample) => sum + seconds(sample), 0);
			const done = samples.some(isFinal) || (round >= LEAST_ROUNDS && spent > budget);
			if (series.failure !== undefined || done) continue;
			try {
				const sample = await contender.measure();
				samples.push(sample);
				onSample(contender, sample);
			} catch (error) {
				signal.throwIfAborted();
				series.failure = messageOf(error);
				onFailure(contender, series.failure);
			}
		}
	}

	return all;
}
