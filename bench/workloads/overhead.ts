/** What a copy takes of the main thread: processor time, and the time for which it could do nothing else. */
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {warmUp, withCallers, type CallerProcess} from '../callers/caller-process.js';
import type {MainThread} from '../callers/caller-program.js';
import {defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import {AS_BY_DEFAULT} from '../callers/copying.js';
import type {Bench, Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import type {Sources} from '../harness/databases.js';
import {figure, size, spread} from '../harness/format.js';
import {labelledRounds, type Labelled, type LabelledResults} from '../harness/labelled-rounds.js';
import {summarize, type Summary} from '../harness/statistics.js';
import {OURS} from '../sides/index.js';

interface SizePlan {
	/** Of the database. */
	readonly bytes: number;
	readonly rounds: number;
	/** Copies in each round. */
	readonly times: number;
}

const FULL: readonly SizePlan[] = [
	{bytes: 200e3, rounds: 7, times: 100},
	{bytes: 256e6, rounds: 5, times: 3},
];
const QUICK: readonly SizePlan[] = [
	{bytes: 200e3, rounds: 2, times: 20},
	{bytes: 16e6, rounds: 2, times: 2},
];

/** sqlite-hotcopy in three ways, each of which tells the main thread more. */
const OURS_IN_DETAIL: readonly CallContender[] = [
	{label: `${OURS}, no listeners`, name: OURS, settings: {}},
	{label: `${OURS}, listeners on all events`, name: OURS, settings: {listening: true}},
	{label: `${OURS}, a callback each 100 pages`, name: OURS, settings: {listening: true, reportedPages: 100}},
];

interface Measurement {
	readonly database: string;
	readonly label: string;
	/** Of one copy, in ms. */
	readonly cpuMs: Summary;
	readonly busyMs: Summary;
}

export const overhead: Workload = {
	method:
		'Copies one after another, in an application that does nothing else. Processor time of its main thread alone, user ' +
		'and system (process.threadCpuUsage), a copy; and the time a copy for which the thread was not free for events ' +
		'(performance.eventLoopUtilization), which has in it what the thread waited for inside of a call. Each library with ' +
		'its defaults; for CPython and the shell it is what starting a process takes.',

	async run(bench) {
		const contenders = [...OURS_IN_DETAIL, ...defaultContenders(bench.sides).filter(({name}) => name !== OURS)];
		const measurements: Measurement[] = [];
		const notes: string[] = [];
		for (const plan of bench.quick ? QUICK : FULL) {
			const database = size(plan.bytes);
			bench.log(`${database}:`);
			const sources = await bench.databases.make(join(bench.directory, 'source'), 1, plan.bytes);
			const {series, failures} = await measure(bench, contenders, sources, plan);
			await sources.remove();
			notes.push(...failures.map((failure) => `${database}: ${failure}`));
			measurements.push(
				...series.map(({label, samples}) => ({
					database,
					label,
					cpuMs: summarize(samples.map(({cpuMs}) => cpuMs / plan.times)),
					busyMs: summarize(samples.map(({busyMs}) => busyMs / plan.times)),
				})),
			);
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders), notes};
	},
};

async function measure(
	bench: Bench,
	contenders: readonly CallContender[],
	sources: Sources,
	{rounds, times}: SizePlan,
): Promise<LabelledResults<MainThread>> {
	const [source = ''] = sources.paths;
	return withCallers(contenders, source, bench.signal, async (callers) => {
		const running: Labelled<MainThread>[] = [];
		for (const {contender, caller} of callers) {
			await warmUp(caller, bench.directory, AS_BY_DEFAULT);
			const samePages = contender.name !== 'sqlite3 VACUUM INTO';
			running.push({
				label: contender.label,
				measure: async () => copyTimes(bench, caller, sources, times, samePages),
			});
		}

		return labelledRounds(bench, running, {rounds, text: ({cpuMs}) => `${figure(cpuMs / times)} ms`});
	});
}

/** @throws Error when one copy is none */
async function copyTimes(
	{databases, directory}: Bench,
	caller: CallerProcess,
	sources: Sources,
	times: number,
	samePages: boolean,
): Promise<MainThread> {
	const copies = join(directory, 'copies');
	await mkdir(copies);
	try {
		await databases.settle(sources);
		const taken = await caller.call('repeat', copies, times);
		const paths = Array.from({length: times}, (_, index) => join(copies, `${String(index)}.db`));
		await databases.check(paths, sources, samePages);
		return taken;
	} finally {
		await rm(copies, {recursive: true, force: true});
	}
}

function toRow({database, label, cpuMs, busyMs}: Measurement): Record<string, string> {
	return {
		database,
		'copies by': label,
		"main thread's processor, ms a copy": spread(cpuMs),
		'main thread busy, ms a copy': spread(busyMs),
	};
}

function toChart(measurements: readonly Measurement[], contenders: readonly CallContender[]): object {
	const bars = measurements.flatMap(({database: panel, label: side, cpuMs, busyMs}) => [
		{panel, side, value: cpuMs},
		{panel, side, value: busyMs, secondary: true},
	]);
	return barPanels(
		bars,
		"ms of the main thread's processor time a copy (paler: ms that it was busy)",
		stylesOf(contenders),
	);
}
