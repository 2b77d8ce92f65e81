/** One database of 64 MB to 4 GB, copied by everyone: seconds on the clock, and seconds of the processor. */
import {join} from 'node:path';
import {SIDE_AXIS, SIDE_COLOR} from '../harness/chart.js';
import type {Bench, Workload} from '../harness/bench.js';
import {copyRounds, type CopyFigures, type CopyPlan, type CopyResults} from '../harness/copy-rounds.js';
import {figure, size, spread} from '../harness/format.js';

interface Plan extends CopyPlan {
	readonly bytes: number;
}

interface Measurement extends CopyFigures {
	/** Of the database. */
	readonly bytes: number;
}

const FULL: readonly Plan[] = [
	{bytes: 64e6, rounds: 7, budget: 20},
	{bytes: 256e6, rounds: 5, budget: 20},
	{bytes: 1e9, rounds: 5, budget: 20},
	{bytes: 4e9, rounds: 3, budget: 20},
];
const QUICK: readonly Plan[] = [
	{bytes: 8e6, rounds: 2, budget: 5},
	{bytes: 32e6, rounds: 2, budget: 5},
];

export const large: Workload = {
	method:
		'A WAL database, checkpointed, in the page cache, with an application that has it open. Time from the call until ' +
		'the copy and its name are flushed. Processor time: user and system, of the process and all that it started.',

	async run(bench) {
		const measurements: Measurement[] = [];
		const notes: string[] = [];
		for (const plan of bench.quick ? QUICK : FULL) {
			bench.log(`${size(plan.bytes)}:`);
			const results = await measure(bench, plan);
			measurements.push(...results.figures.map((figures) => ({bytes: plan.bytes, ...figures})));
			notes.push(...results.notes.map((note) => `${size(plan.bytes)}: ${note}`));
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements), notes};
	},
};

async function measure(bench: Bench, plan: Plan): Promise<CopyResults> {
	const sources = await bench.databases.make(join(bench.directory, 'source'), 1, plan.bytes);
	try {
		const copiers = bench.sides.map((side) => ({side, label: side, concurrency: 1}));
		return await copyRounds(bench, copiers, sources, plan);
	} finally {
		await sources.remove();
	}
}

function toRow({bytes, label, seconds, cpuSeconds, strategies}: Measurement): Record<string, string | number> {
	return {
		database: size(bytes),
		by: [label, ...strategies].join(', '),
		'time, s': spread(seconds),
		'processor, s': cpuSeconds === undefined ? '-' : spread(cpuSeconds),
		'MB/s': figure(bytes / 1e6 / seconds.median),
		rounds: seconds.values.length,
	};
}

const TIME = 'time';
const PROCESSOR = 'processor time';

/** A panel for each size; in it, two bars for each side: time with its spread, and processor time, paler. */
function toChart(measurements: readonly Measurement[]): object {
	const values = measurements.flatMap(({bytes, side, seconds, cpuSeconds}) =>
		[
			{bytes, panel: size(bytes), side, what: TIME, ...seconds},
			...(cpuSeconds === undefined ? [] : [{bytes, panel: size(bytes), side, what: PROCESSOR, ...cpuSeconds}]),
		].map((bar) => ({...bar, values: undefined, text: `${figure(bar.median)} s`})),
	);
	const y = {...SIDE_AXIS, field: 'side'};
	const yOffset = {field: 'what', sort: [TIME, PROCESSOR]};
	return {
		data: {values},
		facet: {
			field: 'panel',
			sort: {field: 'bytes'},
			title: null,
			header: {labelFontWeight: 'bold', labelAnchor: 'start'},
		},
		columns: 2,
		resolve: {scale: {x: 'independent'}},
		spec: {
			width: 320,
			height: {step: 13},
			encoding: {y, yOffset},
			layer: [
				{
					mark: {type: 'bar'},
					encoding: {
						x: {field: 'median', type: 'quantitative', title: 'seconds (time, and paler: processor time)'},
						color: SIDE_COLOR,
						opacity: {field: 'what', scale: {domain: [TIME, PROCESSOR], range: [1, 0.4]}, legend: null},
					},
				},
				{mark: {type: 'rule'}, encoding: {x: {field: 'min', type: 'quantitative'}, x2: {field: 'max'}}},
				{
					mark: {type: 'text', align: 'left', dx: 5, fontSize: 9},
					encoding: {x: {field: 'max', type: 'quantitative'}, text: {field: 'text'}},
				},
			],
		},
	};
}
