/** SQLite's paged backup with other settings than SQLite's own: what is to be gained, in seconds of the processor. */
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import type {Report, Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {size, spread} from '../harness/format.js';
import {interleave, type Contender, type Series} from '../harness/rounds.js';
import {summarize, type Summary} from '../harness/statistics.js';

interface Settings {
	readonly name: string;
	/** `PRAGMA cache_size` of the source. https://sqlite.org/pragma.html#pragma_cache_size */
	readonly cache?: number;
	/** `PRAGMA mmap_size` of the source. https://sqlite.org/mmap.html */
	readonly mmap?: number;
	/** Pages in one native call. */
	readonly slice?: number;
}

interface Sample {
	readonly seconds: number;
	readonly cpuSeconds: number;
}

interface Candidate extends Contender<Sample> {
	readonly settings: Settings;
}

interface Measurement {
	readonly settings: string;
	readonly seconds: Summary;
	readonly cpuSeconds: Summary;
}

/** As the strategy `pages` has it: 2 MiB of 4 KiB pages. */
const SLICE = 512;
const ALL: readonly Settings[] = [
	{name: 'as it is'},
	{name: 'source cache of 10 pages', cache: 10},
	{name: 'source cache of 64 MB', cache: -64_000},
	{name: 'slices of 0.5 MiB', slice: 128},
	{name: 'slices of 8 MiB', slice: 2048},
	{name: 'one slice', slice: 2 ** 31 - 1},
	{name: 'memory-mapped source', mmap: 2 ** 31 - 1},
];

const FULL = {bytes: 256e6, rounds: 7, budget: 20} as const;
const QUICK = {bytes: 16e6, rounds: 2, budget: 5} as const;

export const tuning: Workload = {
	method:
		'better-sqlite3 backup() of a WAL database, in one process, under one read transaction, not flushed: the settings of ' +
		'the source connection and the pages of a native call, one changed at a time. Processor time: user and system.',

	async run(bench) {
		const {bytes, ...plan} = bench.quick ? QUICK : FULL;
		const {databases, directory, log, signal} = bench;
		const sources = await databases.make(join(directory, 'sources'), 1, bytes);
		const [source = ''] = sources.paths;
		const copy = join(directory, 'copy.db');
		const contenders: readonly Candidate[] = ALL.map((settings) => ({
			settings,
			measure: async () => {
				await databases.settle(sources);
				const sample = await copyWith(settings, source, copy);
				await databases.check([copy], sources, true);
				await rm(copy);
				return sample;
			},
		}));
		const notes: string[] = [];
		const series = await interleave<Sample, Candidate>(
			contenders,
			{
				...plan,
				seconds: ({seconds}) => seconds,
				onSample: ({settings: {name}}, {cpuSeconds}) => {
					log(`${name}: ${String(cpuSeconds)} s of the processor`);
				},
				onFailure: ({settings: {name}}, reason) => notes.push(`${name}: ${reason}`),
			},
			signal,
		);
		await sources.remove();
		return toReport(series, size(bytes), notes);
	},
};

async function copyWith({cache, mmap, slice = SLICE}: Settings, source: string, target: string): Promise<Sample> {
	const database = new Database(source, {timeout: 0});
	try {
		if (cache !== undefined) database.pragma(`cache_size = ${String(cache)}`);
		if (mmap !== undefined) database.pragma(`mmap_size = ${String(mmap)}`);
		database.exec('BEGIN; SELECT 1 FROM sqlite_schema');
		const [cpu, start] = [process.cpuUsage(), performance.now()];
		await database.backup(target, {progress: () => slice});
		const seconds = (performance.now() - start) / 1000;
		const {user, system} = process.cpuUsage(cpu);
		return {seconds, cpuSeconds: (user + system) / 1e6};
	} finally {
		database.close();
	}
}

function toReport(series: readonly Series<Sample, Candidate>[], panel: string, notes: readonly string[]): Report {
	const measurements: Measurement[] = series
		.filter(({samples}) => samples.length > 0)
		.map(({contender, samples}) => ({
			settings: contender.settings.name,
			seconds: summarize(samples.map(({seconds}) => seconds)),
			cpuSeconds: summarize(samples.map(({cpuSeconds}) => cpuSeconds)),
		}));
	return {
		measurements,
		rows: measurements.map(({settings, seconds, cpuSeconds}) => ({
			settings,
			'time, s': spread(seconds),
			'processor, s': spread(cpuSeconds),
		})),
		chart: barPanels(
			measurements.map(({settings, cpuSeconds}) => ({panel, side: settings, value: cpuSeconds})),
			'seconds of the processor',
			ALL.map(({name}, index) => ({line: name, color: index === 0 ? '#1f77b4' : '#9aa5b1'})),
		),
		notes,
	};
}
