/** Eight databases at once: what more threads bring. */
import {join} from 'node:path';
import type {Workload} from '../harness/bench.js';
import {SIDE_STYLES} from '../harness/chart.js';
import {lineChart} from '../harness/chart-lines.js';
import {copyRounds, type CopyFigures} from '../harness/copy-rounds.js';
import {figure, size, spread} from '../harness/format.js';
import {transform, type Summary} from '../harness/statistics.js';

const COUNT = 8;
const CONCURRENCIES = [1, 2, 4, 8];

interface Plan {
	/** Of each database. */
	readonly bytes: number;
	readonly rounds: number;
	readonly budget: number;
}

const FULL: Plan = {bytes: 128e6, rounds: 5, budget: 15};
const QUICK: Plan = {bytes: 2e6, rounds: 2, budget: 5};

interface Measurement extends CopyFigures {
	readonly megabytesPerSecond: Summary;
}

export const parallel: Workload = {
	method:
		'Eight WAL databases, checkpointed, in the page cache, all open in the application. With 1, 2, 4 and 8 at a time: ' +
		'threads of the manager, calls of the peers that return before they are done, threads of CPython, processes of the ' +
		'shell and of cp. better-sqlite3 has but the main thread.',

	async run(bench) {
		const {quick, sides, databases, directory} = bench;
		const plan = quick ? QUICK : FULL;
		const sources = await databases.make(join(directory, 'sources'), COUNT, plan.bytes);
		const measurements: Measurement[] = [];
		const notes: string[] = [];
		for (const concurrency of CONCURRENCIES) {
			bench.log(`${String(COUNT)} of ${size(plan.bytes)}, ${String(concurrency)} at a time:`);
			const copiers = sides.map((side) => ({side, label: side, concurrency}));
			const results = await copyRounds(bench, copiers, sources, plan);
			measurements.push(
				...results.figures.map((figures) => ({
					...figures,
					megabytesPerSecond: transform(figures.seconds, (seconds) => sources.bytes / 1e6 / seconds),
				})),
			);
			notes.push(...results.notes.map((note) => `${String(concurrency)} at a time: ${note}`));
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements), notes};
	},
};

function toRow({
	label,
	strategies,
	concurrency,
	seconds,
	cpuSeconds,
	megabytesPerSecond,
}: Measurement): Record<string, string> {
	return {
		'at a time': String(concurrency),
		by: [label, ...strategies].join(', '),
		'time, s': spread(seconds),
		'processor, s': cpuSeconds === undefined ? '-' : spread(cpuSeconds),
		'MB/s': figure(megabytesPerSecond.median),
		rounds: String(seconds.values.length),
	};
}

function toChart(measurements: readonly Measurement[]): object {
	const points = measurements.map(({side, concurrency, megabytesPerSecond}) => ({
		line: side,
		x: concurrency,
		y: megabytesPerSecond,
	}));
	return lineChart(points, {
		x: {title: 'copies at a time', scale: {type: 'log', base: 2}, axis: {values: CONCURRENCIES, format: 'd'}},
		y: {title: 'MB a second'},
		styles: SIDE_STYLES,
	});
}
