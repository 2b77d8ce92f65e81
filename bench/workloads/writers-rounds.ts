import {withCallers, warmUp} from '../callers/caller-process.js';
import type {CallContender} from '../callers/contenders.js';
import {AS_BY_DEFAULT} from '../callers/copying.js';
import type {Bench} from '../harness/bench.js';
import {labelledRounds, type Labelled} from '../harness/labelled-rounds.js';
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
	const [source = ''] = beside.sources.paths;
	return withCallers(contenders, source, bench.signal, async (callers) => {
		const running: Labelled<WriterSample>[] = [];
		for (const {contender, caller} of callers) {
			const {label, name} = contender;
			await warmUp(caller, bench.directory, AS_BY_DEFAULT);
			running.push({label, measure: async () => copyBesideWriter(bench, caller, name !== OURS, beside)});
		}

		const {series, failures} = await labelledRounds(bench, running, {
			rounds,
			isFinal: ({unended}) => unended,
			text: (sample) => outcomeText(toFigures('', [sample], beside)),
		});
		return {figures: series.map(({label, samples}) => toFigures(label, samples, beside)), failures};
	});
}
