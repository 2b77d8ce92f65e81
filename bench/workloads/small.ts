/** Many small databases, one per tenant: copies a second, each side with as many at a time as it is fastest with. */
import {join} from 'node:path';
import type {Bench, Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {copyRounds, type CopyFigures, type CopyResults} from '../harness/copy-rounds.js';
import {figure, size, spread} from '../harness/format.js';
import {transform, type Summary} from '../harness/statistics.js';
import {tune} from '../harness/tune.js';

interface Plan {
	readonly count: number;
	/** Of each database. */
	readonly bytes: number;
	readonly rounds: number;
	/** Databases with which the best number at a time is found. */
	readonly trial: number;
}

const FULL: readonly Plan[] = [
	{count: 500, bytes: 200e3, rounds: 7, trial: 250},
	{count: 5000, bytes: 20e3, rounds: 7, trial: 500},
];
const QUICK: readonly Plan[] = [
	{count: 40, bytes: 200e3, rounds: 2, trial: 20},
	{count: 100, bytes: 20e3, rounds: 2, trial: 20},
];

/** Seconds that all rounds of one side may take. */
const BUDGET = 60;

interface Measurement extends CopyFigures {
	readonly databases: string;
	readonly count: number;
	readonly copiesPerSecond: Summary;
}

export const small: Workload = {
	method:
		'WAL databases, checkpointed, in the page cache; an application has 500 open at a time. Each side copies them with 1, ' +
		'2, 4 or 8 at a time, whichever a trial before shows to be its best. Every file is flushed, and so is the directory: ' +
		'by sqlite-hotcopy before it reports a copy, for the peers once after each 500, which is cheaper. cp and sync write ' +
		'all files before they flush the first.',

	async run(bench) {
		const measurements: Measurement[] = [];
		const notes: string[] = [];
		for (const plan of bench.quick ? QUICK : FULL) {
			const databases = `${figure(plan.count)} of ${size(plan.bytes)}`;
			bench.log(`${databases}:`);
			const results = await measure(bench, plan);
			measurements.push(
				...results.figures.map((figures) => ({
					databases,
					count: plan.count,
					copiesPerSecond: transform(figures.seconds, (seconds) => plan.count / seconds),
					...figures,
				})),
			);
			notes.push(...results.notes.map((note) => `${databases}: ${note}`));
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements), notes};
	},
};

async function measure(bench: Bench, {count, bytes, rounds, trial}: Plan): Promise<CopyResults> {
	const few = await bench.databases.make(join(bench.directory, 'trial'), trial, bytes);
	const copiers = await tune(bench, bench.sides, few);
	await few.remove();
	const sources = await bench.databases.make(join(bench.directory, 'sources'), count, bytes);
	try {
		return await copyRounds(bench, copiers, sources, {rounds, budget: BUDGET});
	} finally {
		await sources.remove();
	}
}

function toRow(measurement: Measurement): Record<string, string> {
	const {databases, label, concurrency, strategies, copiesPerSecond, seconds, cpuSeconds, count} = measurement;
	return {
		databases,
		by: [label, ...strategies].join(', '),
		'at a time': String(concurrency),
		'copies/s': spread(copiesPerSecond),
		'processor, ms a copy': cpuSeconds === undefined ? '-' : figure((cpuSeconds.median * 1000) / count),
		rounds: String(seconds.values.length),
	};
}

function toChart(measurements: readonly Measurement[]): object {
	const bars = measurements.map(({databases, side, copiesPerSecond}) => ({
		panel: databases,
		side,
		value: copiesPerSecond,
	}));
	return barPanels(bars, 'copies a second');
}
