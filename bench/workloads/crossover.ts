/** The time of each of our strategies against the size of the database: where `'auto'` should change over. */
import type {StrategyOption} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {OURS} from '../sides/index.js';
import type {Workload} from '../harness/bench.js';
import {lineChart, SECONDS_AXIS, SIZE_AXIS} from '../harness/chart-lines.js';
import type {Copier} from '../harness/copy-rounds.js';
import {copySizes, type SizeFigures, type SizePlan} from '../harness/copy-sizes.js';
import {figure, size} from '../harness/format.js';

const FULL: readonly SizePlan[] = [
	...[20e3, 100e3, 500e3, 1e6, 2e6].map((bytes) => ({bytes, rounds: 15, budget: 10})),
	...[4e6, 8e6, 16e6, 32e6, 64e6, 128e6].map((bytes) => ({bytes, rounds: 9, budget: 10})),
	...[256e6, 500e6, 1e9].map((bytes) => ({bytes, rounds: 5, budget: 15})),
];
const QUICK: readonly SizePlan[] = [20e3, 2e6, 32e6].map((bytes) => ({bytes, rounds: 3, budget: 5}));

/** Between which `'auto'` must choose when nothing has been copied yet. */
const FIRST = ['serialize', 'clone'] as const;

const COLORS = ['#e4572e', '#4c78a8', '#54a24b', '#b279a2'];

export const crossover: Workload = {
	method:
		"As in `large`, by sqlite-hotcopy alone, once for each strategy and once with `'auto'`. Where it says first, a manager " +
		'makes its first copy, for which its thread must start, and for a clone a child process.',

	async run(bench) {
		const asked: readonly StrategyOption[] = ['auto', ...STRATEGY_NAMES];
		const warm = asked.map((strategy): Copier => ({side: OURS, label: strategy, strategy, concurrency: 1}));
		const first = FIRST.map((strategy): Copier => ({
			side: OURS,
			label: firstOf(strategy),
			strategy,
			concurrency: 1,
			fresh: true,
		}));
		const copiers = [...warm, ...first];
		const {measurements, notes} = await copySizes(bench, copiers, bench.quick ? QUICK : FULL);
		const derived = summarizeSizes(measurements);
		return {
			measurements,
			derived,
			rows: derived.map(toRow),
			chart: toChart(measurements),
			notes: [...notes, ...measurements.flatMap(noteFallback), ...derived.flatMap(noteCrossover)],
		};
	},
};

function firstOf(strategy: string): string {
	return `${strategy}, first`;
}

/** What there is to see at one size. */
interface SizeSummary {
	readonly database: string;
	readonly bytes: number;
	readonly fastest: string;
	/** What `'auto'` took. */
	readonly auto: string;
	/** Seconds of each, by its name. */
	readonly medians: Readonly<Record<string, number>>;
}

function summarizeSizes(measurements: readonly SizeFigures[]): SizeSummary[] {
	return [...Map.groupBy(measurements, ({database}) => database)].map(([database, all]) => {
		const named = all.filter(({label}) => STRATEGY_NAMES.some((name) => name === label));
		const [fastest] = named.toSorted((a, b) => a.seconds.median - b.seconds.median);
		return {
			database,
			bytes: all[0]?.bytes ?? NaN,
			fastest: fastest?.label ?? 'none',
			auto: all.find(({label}) => label === 'auto')?.strategies.join(', ') ?? 'none',
			medians: Object.fromEntries(all.map(({label, seconds}) => [label, seconds.median])),
		};
	});
}

/**
 * Where, between this size and the next, another strategy becomes the fastest: where the straight lines between their
 * points in the chart cross.
 */
function noteCrossover(here: SizeSummary, index: number, all: readonly SizeSummary[]): string[] {
	const next = all[index + 1];
	if (next === undefined || next.fastest === here.fastest) return [];
	const lead = ({medians}: SizeSummary): number =>
		Math.log((medians[next.fastest] ?? NaN) / (medians[here.fastest] ?? NaN));
	const part = lead(here) / (lead(here) - lead(next));
	const bytes = here.bytes * (next.bytes / here.bytes) ** part;
	return [`Up to about ${size(bytes)} ${here.fastest} is the fastest, then ${next.fastest}`];
}

/** A strategy that cannot run falls back to another, whose time this then is. */
function noteFallback({database, label, strategies}: SizeFigures): string[] {
	if (label === 'auto' || strategies.every((strategy) => label === strategy || label === firstOf(strategy))) return [];
	return [`${database}: ${label} was asked for, but ${strategies.join(' and ')} ran`];
}

function toRow({database, fastest, auto, medians}: SizeSummary): Record<string, string> {
	const cells = Object.entries(medians).map(([label, seconds]) => [`${label}, ms`, figure(seconds * 1000)] as const);
	return {database, ...Object.fromEntries(cells), fastest, "'auto' took": auto};
}

function toChart(measurements: readonly SizeFigures[]): object {
	const points = measurements.map(({label, bytes, seconds}) => ({line: label, x: bytes, y: seconds}));
	const styles = [
		...STRATEGY_NAMES.map((line, index) => ({line, color: COLORS[index] ?? 'black'})),
		...FIRST.map((name) => ({
			line: firstOf(name),
			color: COLORS[STRATEGY_NAMES.indexOf(name)] ?? 'black',
			dashed: true,
		})),
		{line: 'auto', color: '#222222', dashed: true},
	];
	return lineChart(points, {x: SIZE_AXIS, y: SECONDS_AXIS, styles});
}
