/** One database of 64 MB to 4 GB, copied by everyone: seconds on the clock, and seconds of the processor. */
import type {Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {copySizes, type SizeFigures, type SizePlan} from '../harness/copy-sizes.js';
import {figure, spread} from '../harness/format.js';

const FULL: readonly SizePlan[] = [
	{bytes: 64e6, rounds: 7, budget: 20},
	{bytes: 256e6, rounds: 5, budget: 20},
	{bytes: 1e9, rounds: 5, budget: 20},
	{bytes: 4e9, rounds: 3, budget: 45},
];
const QUICK: readonly SizePlan[] = [
	{bytes: 8e6, rounds: 2, budget: 5},
	{bytes: 32e6, rounds: 2, budget: 5},
];

export const large: Workload = {
	method:
		'A WAL database, checkpointed, in the page cache, with an application that has it open. Time from the call until ' +
		'the copy and its name are flushed. Processor time: user and system, of the process and all that it started.',

	async run(bench) {
		const copiers = bench.sides.map((side) => ({side, label: side, concurrency: 1}));
		const {measurements, notes} = await copySizes(bench, copiers, bench.quick ? QUICK : FULL);
		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements), notes};
	},
};

function toRow({database, bytes, label, seconds, cpuSeconds, strategies}: SizeFigures): Record<string, string> {
	return {
		database,
		by: [label, ...strategies].join(', '),
		'time, s': spread(seconds),
		'processor, s': cpuSeconds === undefined ? '-' : spread(cpuSeconds),
		'MB/s': figure(bytes / 1e6 / seconds.median),
		rounds: String(seconds.values.length),
	};
}

function toChart(measurements: readonly SizeFigures[]): object {
	const bars = measurements.flatMap(({database: panel, side, seconds, cpuSeconds}) => [
		{panel, side, value: seconds},
		...(cpuSeconds === undefined ? [] : [{panel, side, value: cpuSeconds, secondary: true}]),
	]);
	return barPanels(bars, 'seconds (paler: seconds of the processor)');
}
