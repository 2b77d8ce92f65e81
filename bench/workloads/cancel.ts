/** How long it takes from `abort()` to the rejected promise, and what is left behind. */
import {join} from 'node:path';
import {quantile} from 'simple-statistics';
import type {Cancelled} from '../callers/caller-program.js';
import {byStrategy, defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import type {CallerName} from '../callers/index.js';
import type {Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {figure} from '../harness/format.js';
import {summarize, type Summary} from '../harness/statistics.js';
import {roundsOfCancelling} from './cancel-rounds.js';

interface Plan {
	readonly bytes: number;
	readonly rounds: number;
	/** In each round. */
	readonly times: number;
}

const FULL: Plan = {bytes: 256e6, rounds: 10, times: 20};
const QUICK: Plan = {bytes: 32e6, rounds: 2, times: 10};

/** Those that can be stopped from within. The others are processes, which end when they are killed. */
const PEERS: readonly CallerName[] = ['better-sqlite3', 'node:sqlite', 'node-sqlite3'];

interface Measurement {
	readonly label: string;
	/** From the abort to the rejected promise. */
	readonly ms: Summary;
	readonly p99: number;
	/** Times that a file was there when the promise was rejected, and a tenth of a second later. */
	readonly leftAtOnce: number;
	readonly leftLater: number;
	/** Names of what was left at last. */
	readonly names: readonly string[];
}

export const cancel: Workload = {
	method:
		'A WAL database is copied to an empty directory and the copy aborted at a random moment, 200 times; the directory is ' +
		'looked into when the promise is rejected, and 100 ms later. Peers are stopped as their interfaces allow: ' +
		'better-sqlite3 and node:sqlite by an error thrown in progress, node-sqlite3 by finish() between two steps of 100 ' +
		'pages. CPython and the shell, processes of their own, are not here: they are killed rather than cancelled.',

	async run(bench) {
		const {bytes, rounds, times} = bench.quick ? QUICK : FULL;
		const contenders = [
			...byStrategy(['pages', 'serialize', 'clone']),
			...defaultContenders(bench.sides).filter(({name}) => PEERS.includes(name)),
		];
		const sources = await bench.databases.make(join(bench.directory, 'source'), 1, bytes);
		const {cancelled, notes} = await roundsOfCancelling(bench, contenders, sources, rounds, times);
		const measurements = cancelled.map(({label, all}) => toMeasurement(label, all));
		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders), notes};
	},
};

function toMeasurement(label: string, all: readonly Cancelled[]): Measurement {
	const values = all.map(({ms}) => ms);
	const later = all.map(({filesLater}) => filesLater);
	return {
		label,
		ms: summarize(values),
		p99: quantile(values, 0.99),
		leftAtOnce: all.filter(({files}) => files.length > 0).length,
		leftLater: later.filter((files) => files.length > 0).length,
		names: [...new Set(later.flat())],
	};
}

function toRow({label, ms, p99, leftAtOnce, leftLater, names}: Measurement): Record<string, string> {
	return {
		'copy by': label,
		aborts: figure(ms.values.length),
		'p50, ms': figure(ms.median),
		'p99, ms': figure(p99),
		'longest, ms': figure(ms.max),
		'files left at once': figure(leftAtOnce),
		'files left after 100 ms': [figure(leftLater), ...names].join(' '),
	};
}

function toChart(measurements: readonly Measurement[], contenders: readonly CallContender[]): object {
	const bars = measurements.flatMap(({label: side, ms, p99}) => [
		{panel: 'median (line: from the fastest to the slowest)', side, value: ms},
		{panel: 'p99', side, value: summarize([p99])},
	]);
	return barPanels(bars, 'milliseconds from abort() to the rejected promise', stylesOf(contenders));
}
