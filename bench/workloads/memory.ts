/** What copies need of memory, against the size of the database. */
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {copyWith, startCaller} from '../callers/caller-process.js';
import {byStrategy, defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import {AS_BY_DEFAULT} from '../callers/copying.js';
import type {Bench, Workload} from '../harness/bench.js';
import {lineChart, SIZE_AXIS} from '../harness/chart-lines.js';
import type {Sources} from '../harness/databases.js';
import {size, spread} from '../harness/format.js';
import {labelledRounds, type Labelled} from '../harness/labelled-rounds.js';
import {TELLS_MEMORY, withPeakMemory, type PeakMemory} from '../harness/peak-memory.js';
import {summarize, type Summary} from '../harness/statistics.js';

interface SizePlan {
	/** Of the database. */
	readonly bytes: number;
	readonly rounds: number;
}

const FULL: readonly SizePlan[] = [
	...[1e6, 4e6, 16e6, 64e6, 256e6].map((bytes) => ({bytes, rounds: 3})),
	...[1e9, 4e9].map((bytes) => ({bytes, rounds: 1})),
];
const QUICK: readonly SizePlan[] = [1e6, 16e6, 64e6].map((bytes) => ({bytes, rounds: 1}));

/** Seconds for which copies go on, so that also a process that lives for milliseconds is seen at its largest. */
const DURATION = 1;

interface Measurement {
	readonly database: string;
	readonly bytes: number;
	readonly label: string;
	/** In bytes, above what there was before the first copy. */
	readonly resident: Summary;
	readonly own: Summary;
	/** Of sqlite-hotcopy: the ways that were taken. */
	readonly strategies: readonly string[];
}

interface MemorySample extends PeakMemory {
	readonly strategy: string | undefined;
}

export const memory: Workload = {
	method:
		'An application that has made no copy yet makes some, for a second at the least. Resident: the peaks of the ' +
		'application and of the processes that it has started (VmHWM), added up, less what the application had before ' +
		'(VmRSS). Own: the part that is in no file (RssAnon, RssShmem), looked at every 10 ms. Threads and processes that ' +
		'are started for the first copy count.',

	async run(bench) {
		if (!TELLS_MEMORY) throw new Error('The workload "memory" needs /proc/self/clear_refs, which only Linux has');
		const contenders = [...defaultContenders(bench.sides), ...byStrategy(['pages', 'serialize', 'clone'])];
		const measurements: Measurement[] = [];
		const notes: string[] = [];
		for (const {bytes, rounds} of bench.quick ? QUICK : FULL) {
			const database = size(bytes);
			bench.log(`${database}:`);
			const sources = await bench.databases.make(join(bench.directory, 'source'), 1, bytes);
			const running = contenders.map((contender): Labelled<MemorySample> => {
				return {label: contender.label, measure: async () => copyAndWatch(bench, contender, sources)};
			});
			const {series, failures} = await labelledRounds(bench, running, {
				rounds,
				text: ({resident, own}) => `${size(resident)}, of its own ${size(own)}`,
			});
			await sources.remove();
			notes.push(...failures.map((failure) => `${database}: ${failure}`));
			measurements.push(
				...series.map(({label, samples}) => ({database, bytes: sources.bytes, label, ...summary(samples)})),
			);
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders), notes};
	},
};

/** @throws Error when the last copy is none */
async function copyAndWatch(
	{databases, directory, signal}: Bench,
	contender: CallContender,
	sources: Sources,
): Promise<MemorySample> {
	const copies = join(directory, 'copies');
	const target = join(copies, 'copy.db');
	await mkdir(copies);
	await databases.settle(sources);
	const caller = await startCaller(contender, sources.paths[0] ?? '', signal);
	try {
		let strategy: string | undefined;
		const peak = await withPeakMemory(caller.pid, async () => {
			const end = performance.now() + DURATION * 1000;
			do {
				await rm(target, {force: true});
				({strategy} = (await copyWith(caller, target, AS_BY_DEFAULT)).copied);
			} while (performance.now() < end);
		});
		await databases.check([target], sources, contender.name !== 'sqlite3 VACUUM INTO');
		return {...peak, strategy};
	} finally {
		await caller.end();
		await rm(copies, {recursive: true, force: true});
	}
}

function summary(samples: readonly MemorySample[]): Pick<Measurement, 'resident' | 'own' | 'strategies'> {
	return {
		resident: summarize(samples.map(({resident}) => resident)),
		own: summarize(samples.map(({own}) => own)),
		strategies: [...new Set(samples.flatMap(({strategy}) => strategy ?? []))],
	};
}

function toRow({database, label, resident, own, strategies}: Measurement): Record<string, string> {
	const megabytes = ({median, min, max}: Summary): string =>
		spread({median: median / 1e6, min: min / 1e6, max: max / 1e6});
	return {
		database,
		'copy by': label,
		took: strategies.join(', '),
		'resident, MB': megabytes(resident),
		'of its own, MB': megabytes(own),
		rounds: String(own.values.length),
	};
}

function toChart(measurements: readonly Measurement[], contenders: readonly CallContender[]): object {
	const points = measurements.map(({label, bytes, resident}) => ({
		line: label,
		x: bytes,
		y: summarize(resident.values.map((value) => value / 1e6)),
	}));
	return lineChart(points, {
		x: SIZE_AXIS,
		y: {title: 'MB resident above idle', scale: {type: 'log'}},
		styles: stylesOf(contenders),
	});
}
