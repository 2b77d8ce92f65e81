/** Time against the size of the database: a straight line, and what a copy costs before its first byte. */
import type {SideName} from '../sides/index.js';
import type {Workload} from '../harness/bench.js';
import {SIDE_STYLES} from '../harness/chart.js';
import {lineChart, SECONDS_AXIS, SIZE_AXIS} from '../harness/chart-lines.js';
import {copySizes, type SizeFigures, type SizePlan} from '../harness/copy-sizes.js';
import {figure} from '../harness/format.js';
import {fitLine} from '../harness/fit-line.js';

/** One of each kind: main thread, libuv's threads, another language, and the limit. The others copy as these do. */
const COMPARED: readonly SideName[] = [
	'sqlite-hotcopy',
	'better-sqlite3',
	'node:sqlite',
	'CPython',
	'cp + sync (unsafe)',
];

const FULL: readonly SizePlan[] = [
	...[20e3, 100e3, 500e3, 2e6].map((bytes) => ({bytes, rounds: 15, budget: 10})),
	...[8e6, 32e6, 128e6].map((bytes) => ({bytes, rounds: 9, budget: 10})),
	...[500e6, 1e9].map((bytes) => ({bytes, rounds: 5, budget: 15})),
];
const QUICK: readonly SizePlan[] = [20e3, 500e3, 8e6].map((bytes) => ({bytes, rounds: 3, budget: 5}));

interface Fit {
	readonly side: string;
	readonly interceptMs: number;
	readonly msPerMB: number;
	/** How far the farthest median is from the line, relative to the line. */
	readonly worstDeviation: number;
}

export const growth: Workload = {
	method:
		'As in `large`, with sizes from 20 KB to 1 GB. The line through the medians is the one with the least ' +
		'relative deviations, so that small sizes count as much as large ones. Left out, as they copy like others that are ' +
		'measured: node-sqlite3 and the shell (.backup, VACUUM INTO).',

	async run(bench) {
		const copiers = COMPARED.filter((side) => bench.sides.includes(side)).map((side) => ({
			side,
			label: side,
			concurrency: 1,
		}));
		const {measurements, notes} = await copySizes(bench, copiers, bench.quick ? QUICK : FULL);
		const fits = copiers.flatMap(({side}) => fit(side, measurements));
		return {measurements, derived: fits, rows: fits.map(toRow), chart: toChart(measurements), notes};
	},
};

function fit(side: string, measurements: readonly SizeFigures[]): Fit[] {
	const points = measurements
		.filter((measurement) => measurement.side === side)
		.map(({bytes, seconds}) => ({x: bytes / 1e6, y: seconds.median * 1000}));
	if (points.length < 2) return [];
	const {intercept, slope, worstDeviation} = fitLine(points);
	return [{side, interceptMs: intercept, msPerMB: slope, worstDeviation}];
}

function toRow({side, interceptMs, msPerMB, worstDeviation}: Fit): Record<string, string> {
	return {
		by: side,
		'each copy, ms': figure(interceptMs),
		'each MB, ms': figure(msPerMB),
		'MB/s of that': figure(1000 / msPerMB),
		'farthest from the line': `${figure(worstDeviation * 100)} %`,
	};
}

function toChart(measurements: readonly SizeFigures[]): object {
	const points = measurements.map(({side, bytes, seconds}) => ({line: side, x: bytes, y: seconds}));
	return lineChart(points, {x: SIZE_AXIS, y: SECONDS_AXIS, styles: SIDE_STYLES});
}
