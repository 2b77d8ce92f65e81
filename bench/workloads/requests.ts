/** A server that answers requests from its database while it is copied: how many, and how long they wait. */
import {join} from 'node:path';
import {defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import type {Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {spread} from '../harness/format.js';
import {transform, type Summary} from '../harness/statistics.js';
import {NO_COPY, roundsOfRequests, type LoadCase, type LoadFigures} from './requests-rounds.js';

interface Plan {
	readonly bytes: number;
	readonly rounds: number;
	/** Of load, for each measurement. */
	readonly seconds: number;
}

const FULL: Plan = {bytes: 1e9, rounds: 3, seconds: 8};
const QUICK: Plan = {bytes: 32e6, rounds: 1, seconds: 1};

/**
 * One at a time, either the server or who asks it is at work, so together they take one core; at a pace, a small part of one.
 * Whoever copies faster makes more copies of those that follow each other, so one copy for everyone is measured as well.
 */
const CASES: readonly LoadCase[] = [
	{requests: '1,000 a second', asking: {perSecond: 1000}, copies: Infinity},
	{requests: '1 at a time', asking: {connections: 1}, copies: Infinity},
	{requests: '16 at a time', asking: {connections: 16}, copies: Infinity},
	{requests: '1 at a time, one copy', asking: {connections: 1}, copies: 1},
	{requests: '16 at a time, one copy', asking: {connections: 16}, copies: 1},
];

export const requests: Workload = {
	method:
		'A Fastify server on the loopback interface reads a random row through better-sqlite3 for each request. Another process ' +
		`asks, for ${String(FULL.seconds)} seconds in a full run: at an even pace, each wait counted from when the request was due, so ` +
		'with the half millisecond by which the timer of who asks is late; or by autocannon, over 1 and over 16 connections that ' +
		'each send the next request when the last one is answered. Meanwhile the database is copied again and again, or once, ' +
		'which is over before the load is (percentiles are of all its time), with the defaults of each library: by the server ' +
		'itself, by Python and the shell in processes that it starts, by node:sqlite and node-sqlite3 in an application beside ' +
		"it, since a second SQLite in the server's process would break its locks. Percentiles over connections are corrected for " +
		'requests that were not sent ' +
		"because an earlier one waited (HdrHistogram's correction, with the median without a copy as the interval).",

	async run(bench) {
		const {bytes, rounds, seconds} = bench.quick ? QUICK : FULL;
		const contenders = defaultContenders(bench.sides);
		const sources = await bench.databases.make(join(bench.directory, 'source'), 1, bytes);
		const measurements: LoadFigures[] = [];
		const notes: string[] = [];
		for (const loadCase of CASES) {
			bench.log(`${loadCase.requests}:`);
			const {figures, failures} = await roundsOfRequests(bench, contenders, sources, loadCase, {rounds, seconds});
			measurements.push(...figures);
			notes.push(...failures.map((failure) => `${loadCase.requests}: ${failure}`));
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders), notes};
	},
};

function toRow({requests, label, perSecond, p50, p99, p999, longest, copies}: LoadFigures): Record<string, string> {
	return {
		requests,
		'copies by': label,
		'a second': spread(perSecond),
		'p50, ms': spread(p50),
		'p99, ms': spread(p99),
		'p99.9, ms': spread(p999),
		'longest, ms': spread(longest),
		copies: label === NO_COPY ? '-' : spread(copies),
	};
}

type Panel = readonly [title: string, valueOf: (figures: LoadFigures) => Summary];

const WAITS: readonly Panel[] = [
	['p50, ms', ({p50}) => p50],
	['p99, ms', ({p99}) => p99],
	['p99.9, ms', ({p999}) => p999],
];
const RATE: Panel = ['thousands of requests a second', ({perSecond}) => transform(perSecond, (count) => count / 1000)];

/** Nothing is to be seen of a rate that is given. */
const panelsOf = ({asking}: LoadCase): readonly Panel[] => ('perSecond' in asking ? WAITS : [RATE, ...WAITS]);

function toChart(measurements: readonly LoadFigures[], contenders: readonly CallContender[]): object {
	const bars = CASES.flatMap((loadCase) =>
		panelsOf(loadCase).flatMap(([title, valueOf]) =>
			measurements
				.filter(({requests}) => requests === loadCase.requests)
				.map((figures) => ({panel: `${figures.requests}: ${title}`, side: figures.label, value: valueOf(figures)})),
		),
	);
	return barPanels(bars, '', [{line: NO_COPY, color: '#9a9a9a'}, ...stylesOf(contenders)]);
}
