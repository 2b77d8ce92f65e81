import {randomInt} from 'node:crypto';
import {mkdir, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Cancelled} from '../callers/caller-program.js';
import {warmUp, withCallers, type CallerProcess} from '../callers/caller-process.js';
import type {CallContender} from '../callers/contenders.js';
import type {Bench} from '../harness/bench.js';
import type {Sources} from '../harness/databases.js';
import {figure} from '../harness/format.js';
import {labelledRounds, type Labelled} from '../harness/labelled-rounds.js';
import {summarize} from '../harness/statistics.js';

export interface CancelResults {
	readonly cancelled: readonly {readonly label: string; readonly all: readonly Cancelled[]}[];
	readonly notes: readonly string[];
}

/** Copies in a row that may be complete before they are aborted. They do not count. */
const PATIENCE = 50;

/** Has everyone begin copies and aborts them, so many times a round. */
export async function roundsOfCancelling(
	bench: Bench,
	contenders: readonly CallContender[],
	sources: Sources,
	rounds: number,
	times: number,
): Promise<CancelResults> {
	const [source = ''] = sources.paths;
	return withCallers(contenders, source, bench.signal, async (callers) => {
		const notes: string[] = [];
		const running: Labelled<readonly Cancelled[]>[] = [];
		for (const [index, {contender, caller}] of callers.entries()) {
			const {label, settings} = contender;
			const directory = join(bench.directory, `copies-${String(index)}`);
			await mkdir(directory);
			const {seconds, strategy} = await warmUp(caller, directory, {stoppable: true, flush: false});
			if (strategy !== settings.strategy) notes.push(`${label}: it gave way to ${String(strategy)}`);
			running.push({label, measure: async () => cancelTimes(caller, directory, seconds, times)});
		}

		const {series, failures} = await labelledRounds(bench, running, {
			rounds,
			text: (sample) => `${figure(summarize(sample.map(({ms}) => ms)).median)} ms`,
		});
		return {
			cancelled: series.map(({label, samples}) => ({label, all: samples.flat()})),
			notes: [...notes, ...failures],
		};
	});
}

async function cancelTimes(
	caller: CallerProcess,
	directory: string,
	seconds: number,
	times: number,
): Promise<Cancelled[]> {
	const all: Cancelled[] = [];
	for (let complete = 0; all.length < times;) {
		const delay = randomInt(Math.ceil(seconds * 1000));
		const cancelled = await caller.call('cancel', join(directory, 'copy.db'), delay);
		for (const file of await readdir(directory)) await rm(join(directory, file));
		if (cancelled === undefined && ++complete > PATIENCE) throw new Error('The copies are complete before the abort');
		if (cancelled !== undefined) {
			complete = 0;
			all.push(cancelled);
		}
	}

	return all;
}
