/** A server that answers requests from its database while it is copied: how many, and how long they wait. */
import {join} from 'node:path';
import {defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import type {Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {figure, spread} from '../harness/format.js';
import {transform, type Summary} from '../harness/statistics.js';
import {NO_COPY, roundsOfRequests, type LoadFigures} from './requests-rounds.js';

interface Plan {
	readonly bytes: number;
	readonly rounds: number;
	/** Of load, for each measurement. */
	readonly seconds: number;
}

const FULL: Plan = {bytes: 1e9, rounds: 3, seconds: 8};
const QUICK: Plan = {bytes: 32e6, rounds: 1, seconds: 1};

/** With a single one, either the server or who asks it is at work, so together they take one core and leave the others free. */
const CONNECTIONS = [1, 16];

export const requests: Workload = {
	method:
		'A Fastify server on the loopback interface reads a random row through better-sqlite3 for each request; autocannon ' +
		'asks from another process, over 1 and over 16 connections that each send the next request when the last one is ' +
		'answered. Meanwhile the database is copied again and again, with the defaults of each library: by the server itself, by ' +
		'Python and the shell in processes that it starts, by node:sqlite and node-sqlite3 in an application beside it, since ' +
		"a second SQLite in the server's process would break its locks. Percentiles are corrected for requests that were not " +
		"sent because an earlier one waited (HdrHistogram's correction, with the median without a copy as the interval).",

	async run(bench) {
		const {bytes, rounds, seconds} = bench.quick ? QUICK : FULL;
		const contenders = defaultContenders(bench.sides);
		const sources = await bench.databases.make(join(bench.directory, 'source'), 1, bytes);
		const measurements: LoadFigures[] = [];
		const notes: string[] = [];
		for (const connections of CONNECTIONS) {
			bench.log(`${atATime(connections)}:`);
			const {figures, failures} = await roundsOfRequests(bench, contenders, sources, {connections, rounds, seconds});
			measurements.push(...figures);
			notes.push(...failures.map((failure) => `${atATime(connections)}: ${failure}`));
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders), notes};
	},
};

function atATime(connections: number): string {
	return `${figure(connections)} at a time`;
}

function toRow({connections, label, perSecond, p50, p99, p999, longest, copies}: LoadFigures): Record<string, string> {
	return {
		requests: atATime(connections),
		'copies by': label,
		'a second': spread(perSecond),
		'p50, ms': spread(p50),
		'p99, ms': spread(p99),
		'p99.9, ms': spread(p999),
		'longest, ms': spread(longest),
		copies: label === NO_COPY ? '-' : spread(copies),
	};
}

const PANELS: readonly (readonly [string, (figures: LoadFigures) => Summary])[] = [
	['thousands of requests a second', ({perSecond}) => transform(perSecond, (count) => count / 1000)],
	['p50, ms', ({p50}) => p50],
	['p99, ms', ({p99}) => p99],
	['p99.9, ms', ({p999}) => p999],
];

function toChart(measurements: readonly LoadFigures[], contenders: readonly CallContender[]): object {
	const bars = CONNECTIONS.flatMap((connections) =>
		PANELS.flatMap(([title, valueOf]) =>
			measurements
				.filter((figures) => figures.connections === connections)
				.map((figures) => ({panel: `${atATime(connections)}: ${title}`, side: figures.label, value: valueOf(figures)})),
		),
	);
	return barPanels(bars, '', [{line: NO_COPY, color: '#9a9a9a'}, ...stylesOf(contenders)]);
}
