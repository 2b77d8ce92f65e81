import {join} from 'node:path';
import {messageOf} from '../../src/message.js';
import {OURS, type SideName} from '../sides/index.js';
import type {Settings} from '../sides/side.js';
import type {Bench} from './bench.js';
import {copyOnce} from './copy-once.js';
import type {Sources} from './databases.js';
import {figure} from './format.js';
import {interleave, type Contender, type Plan, type Series} from './rounds.js';
import {startSide, type CopySample, type SideProcess} from './side-process.js';
import {summarize, type Summary} from './statistics.js';

/** Who copies, and how. */
export interface Copier extends Settings {
	/** Names it among the others. */
	readonly label: string;
	readonly side: SideName;
}

export type CopyPlan = Pick<Plan<CopySample, unknown>, 'rounds' | 'budget'>;

/** What the rounds of one copier gave. */
export interface CopyFigures {
	readonly label: string;
	readonly side: SideName;
	readonly concurrency: number;
	/** For all sources together. */
	readonly seconds: Summary;
	/** Undefined where the system does not tell. */
	readonly cpuSeconds: Summary | undefined;
	/** The ways that were taken, where the side chooses among several. */
	readonly strategies: readonly string[];
}

export interface CopyResults {
	readonly figures: readonly CopyFigures[];
	/** Who failed, and who was left out of rounds. */
	readonly notes: readonly string[];
}

type CopyContender = Contender<CopySample> & {readonly copier: Copier};

/** What each has copied before it is measured, so that its code is loaded and its threads are there. */
const WARM_UP = {count: 16, bytes: 100_000};

/**
 * Has everyone copy the sources, round by round, each in a process of its own that stays for all rounds. What is measured
 * is the copying alone: the application's connections are opened before it, and the copies checked and removed after it.
 *
 * @throws Error when sqlite-hotcopy fails; a peer that fails is noted
 */
export async function copyRounds(
	bench: Bench,
	copiers: readonly Copier[],
	sources: Sources,
	plan: CopyPlan,
): Promise<CopyResults> {
	const {signal, log} = bench;
	const running: SideProcess[] = [];
	const small = await bench.databases.make(join(bench.directory, 'warm-up'), WARM_UP.count, WARM_UP.bytes);

	async function prepare(copier: Copier): Promise<CopyContender> {
		const process = await startSide(copier.side, copier, signal);
		running.push(process);
		await copyOnce(bench, process, copier, small);
		return {copier, measure: async () => copyOnce(bench, process, copier, sources)};
	}

	try {
		const contenders: CopyContender[] = [];
		for (const copier of copiers) {
			// Who cannot even start has failed in the first round.
			contenders.push(await prepare(copier).catch((error: unknown) => ({copier, measure: failWith(messageOf(error))})));
		}

		const series = await interleave(
			contenders,
			{
				...plan,
				seconds: (sample: CopySample) => sample.seconds,
				onSample: ({copier}, sample) => {
					log(`  ${copier.label}: ${figure(sample.seconds)} s`);
				},
				onFailure: ({copier}, reason) => {
					log(`  ${copier.label} FAILED: ${reason}`);
					if (copier.side === OURS)
						throw new Error(`${copier.label} failed, which is a defect and no result: ${reason}`);
				},
			},
			signal,
		);
		return {figures: series.flatMap(toFigures), notes: series.flatMap((one) => toNotes(one, plan))};
	} finally {
		await Promise.all(running.map(async (process) => process.end()));
		await small.remove();
	}
}

function toFigures({contender: {copier}, samples}: Series<CopySample, CopyContender>): CopyFigures[] {
	if (samples.length === 0) return [];
	const cpu = samples.map(({cpuSeconds}) => cpuSeconds).filter((seconds) => seconds !== undefined);
	return [
		{
			label: copier.label,
			side: copier.side,
			concurrency: copier.concurrency,
			seconds: summarize(samples.map(({seconds}) => seconds)),
			cpuSeconds: cpu.length === 0 ? undefined : summarize(cpu),
			strategies: [...new Set(samples.flatMap(({strategies = []}) => strategies))],
		},
	];
}

function toNotes(
	{contender: {copier}, samples, failure}: Series<CopySample, CopyContender>,
	{rounds, budget}: CopyPlan,
): string[] {
	if (failure !== undefined) return [`${copier.label} FAILED: ${failure}`];
	if (samples.length === rounds) return [];
	return [
		`${copier.label}: ${String(samples.length)} of ${String(rounds)} rounds, which took more than ${String(budget)} s`,
	];
}

function failWith(reason: string): () => Promise<never> {
	return async () => Promise.reject(new Error(reason));
}
