import {startCaller} from '../callers/caller-process.js';
import type {CallContender} from '../callers/contenders.js';
import type {Bench} from '../harness/bench.js';
import {interleave} from '../harness/rounds.js';
import {OURS} from '../sides/index.js';
import {outcomeText, toFigures, type WriterFigures} from './writers-figures.js';
import {copyBesideWriter, type Case, type WriterSample} from './writers-sample.js';

export interface WriterResults {
	readonly figures: readonly WriterFigures[];
	readonly failures: readonly string[];
}

/** Has everyone copy beside the same writer, round by round. Whose copy does not end is not asked again. */
export async function roundsBesideWriter(
	bench: Bench,
	contenders: readonly CallContender[],
	beside: Case,
	rounds: number,
): Promise<WriterResults> {
	const {signal, log} = bench;
	const [source = ''] = beside.sources.paths;
	const running = await Promise.all(
		contenders.map(async ({label, name, settings}) => {
			const caller = await startCaller(name, source, settings, signal);
			return {label, caller, measure: async () => copyBesideWriter(bench, caller, name !== OURS, beside)};
		}),
	);
	try {
		const series = await interleave(
			running,
			{
				rounds,
				budget: Infinity,
				isFinal: ({unended}: WriterSample) => unended,
				seconds: () => beside.window,
				onSample: ({label}, sample) => {
					log(`  ${label}: ${outcomeText(toFigures(label, [sample], beside))}`);
				},
				onFailure: ({label}, reason) => {
					log(`  ${label} FAILED: ${reason}`);
				},
			},
			signal,
		);
		return {
			figures: series.map(({contender: {label}, samples}) => toFigures(label, samples, beside)),
			failures: series.flatMap(({contender: {label}, failure}) =>
				failure === undefined ? [] : [`${label} FAILED: ${failure}`],
			),
		};
	} finally {
		await Promise.all(running.map(async ({caller}) => caller.end()));
	}
}
