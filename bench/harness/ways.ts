import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bench, Report} from './bench.js';
import {barPanels} from './chart-bars.js';
import {size, spread} from './format.js';
import {labelledRounds} from './labelled-rounds.js';
import {summarize, type Summary} from './statistics.js';

/** What a copy took: also of the processor, user and system. */
export interface CopyTime {
	readonly seconds: number;
	readonly cpuSeconds: number;
}

/** Makes a copy of a database under a name that is free, and measures that. */
export type Way = (source: string, target: string) => Promise<CopyTime>;

interface Measurement {
	readonly way: string;
	readonly seconds: Summary;
	readonly cpuSeconds: Summary;
}

interface Plan {
	/** Of the database. */
	readonly bytes: number;
	readonly rounds: number;
}

/** Compares ways to copy a database, of which the first is how it is done. */
export async function compareWays(bench: Bench, ways: Readonly<Record<string, Way>>, plan: Plan): Promise<Report> {
	const {databases, directory} = bench;
	const sources = await databases.make(join(directory, 'sources'), 1, plan.bytes);
	const [source = ''] = sources.paths;
	const target = join(directory, 'copy.db');
	const contenders = Object.entries(ways).map(([label, copy]) => ({
		label,
		measure: async () => {
			await databases.settle(sources);
			const sample = await copy(source, target);
			await databases.check([target], sources, true);
			await rm(target);
			return sample;
		},
	}));
	const {series, failures} = await labelledRounds<CopyTime>(bench, contenders, {
		rounds: plan.rounds,
		text: ({seconds, cpuSeconds}) => `${seconds.toFixed(3)} s, ${cpuSeconds.toFixed(2)} s of the processor`,
	});
	await sources.remove();
	const measurements: Measurement[] = series.map(({label, samples}) => ({
		way: label,
		seconds: summarize(samples.map(({seconds}) => seconds)),
		cpuSeconds: summarize(samples.map(({cpuSeconds}) => cpuSeconds)),
	}));
	return {
		measurements,
		rows: measurements.map(({way, seconds, cpuSeconds}) => ({
			[`${size(plan.bytes)}, by`]: way,
			'time, s': spread(seconds),
			'processor, s': spread(cpuSeconds),
		})),
		chart: barPanels(
			measurements.flatMap(({way, seconds, cpuSeconds}) => [
				{panel: 'seconds', side: way, value: seconds},
				{panel: 'seconds of the processor', side: way, value: cpuSeconds},
			]),
			'seconds',
			Object.keys(ways).map((line, index) => ({line, color: index === 0 ? '#1f77b4' : '#9aa5b1'})),
		),
		notes: failures,
	};
}
