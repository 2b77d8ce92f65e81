/** What the machine under the benchmark takes away: for how long all of its cores stand still at once. */
import {rm} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {sum} from 'simple-statistics';
import type {Bench, Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import {figure, spread} from '../harness/format.js';
import {labelledRounds} from '../harness/labelled-rounds.js';
import {startProgram, type Program} from '../harness/program.js';
import {atOnce, SHORTEST_PAUSE} from '../harness/standing-still.js';
import {summarize, type Summary} from '../harness/statistics.js';
import {runCommand} from '../sides/run-command.js';
import type {SpinnerMethods} from './halts-spinner.js';

const SPINNER = new URL('halts-spinner.ts', import.meta.url);

/** What is written again and again, in MiB. */
const WRITTEN = 256;

interface Plan {
	readonly rounds: number;
	readonly seconds: number;
}

const FULL: Plan = {rounds: 5, seconds: 5};
const QUICK: Plan = {rounds: 1, seconds: 1};

interface Case {
	readonly label: string;
	readonly busy: number;
	readonly writing: boolean;
}

/** Of one measurement. */
interface Sample {
	/** Percent of the time. */
	readonly share: number;
	readonly perSecond: number;
	/** In ms. */
	readonly longest: number;
}

interface Measurement {
	readonly label: string;
	readonly share: Summary;
	readonly perSecond: Summary;
	readonly longest: Summary;
}

const all = availableParallelism();
const CASES: readonly Case[] = [
	{label: '1 core busy', busy: 1, writing: false},
	{label: 'all cores busy', busy: all, writing: false},
	{label: '1 core busy, disk busy', busy: 1, writing: true},
	{label: 'all cores busy, disk busy', busy: all, writing: true},
];

export const halts: Workload = {
	method:
		'No copies, and no SQLite: processes that only look at the clock, one for each busy core, note when they do not run for a ' +
		'millisecond or more. The table has the time in which none of them ran. With the disk busy, dd writes a file past the ' +
		"system's cache, which takes little time of a core. A system that is short of cores lets most of the processes run, so " +
		'what counts is the case with all cores busy: that none of them runs for milliseconds is most likely since whoever runs ' +
		'this machine halts all of it.',

	async run(bench) {
		const {rounds, seconds} = bench.quick ? QUICK : FULL;
		const spinners = Array.from({length: all}, () =>
			startProgram<SpinnerMethods>(SPINNER, 'a busy core', {signal: bench.signal}),
		);
		try {
			const {series, failures} = await labelledRounds(
				bench,
				CASES.map((one) => ({label: one.label, measure: async () => measure(bench, one, spinners, seconds)})),
				{rounds, text: ({share, longest}) => `${figure(share)} % of the time, ${figure(longest)} ms at the most`},
			);
			const measurements = series.map(({label, samples}) => toMeasurement(label, samples));
			return {measurements, rows: measurements.map(toRow), chart: toChart(measurements), notes: failures};
		} finally {
			await Promise.all(spinners.map(async (spinner) => spinner.end()));
		}
	},
};

async function measure(
	bench: Bench,
	{busy, writing}: Case,
	spinners: readonly Program<SpinnerMethods>[],
	seconds: number,
): Promise<Sample> {
	const ended = new AbortController();
	const stop = AbortSignal.any([ended.signal, bench.signal]);
	const written = writing ? writeOnAndOn(bench.directory, stop) : Promise.resolve();
	// Told of below, after the spinners.
	written.catch(() => undefined);
	try {
		const pauses = await Promise.all(spinners.slice(0, busy).map(async (spinner) => spinner.call('spin', seconds)));
		const lengths = atOnce(pauses)
			.map(({from, to}) => to - from)
			.filter((length) => length >= SHORTEST_PAUSE);
		return {
			share: sum(lengths) / seconds / 10,
			perSecond: lengths.length / seconds,
			longest: Math.max(0, ...lengths),
		};
	} finally {
		ended.abort();
		await written;
	}
}

/** @throws Error where files cannot be written past the cache */
async function writeOnAndOn(directory: string, stop: AbortSignal): Promise<void> {
	const file = join(directory, 'written');
	const end = {signal: stop, by: 'SIGKILL'} as const;
	const over = (): boolean => stop.aborted;
	while (!over()) {
		try {
			await runCommand('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${String(WRITTEN)}`, 'oflag=direct'], {
				end,
			});
		} catch (error) {
			if (!over()) throw error;
		}
	}

	await rm(file, {force: true});
}

function toMeasurement(label: string, samples: readonly Sample[]): Measurement {
	const summary = (of: keyof Sample): Summary => summarize(samples.map((sample) => sample[of]));
	return {label, share: summary('share'), perSecond: summary('perSecond'), longest: summary('longest')};
}

function toRow({label, share, perSecond, longest}: Measurement): Record<string, string> {
	return {
		'what runs': label,
		'none runs, % of the time': spread(share),
		'times a second': spread(perSecond),
		'longest, ms': spread(longest),
	};
}

function toChart(measurements: readonly Measurement[]): object {
	const bars = measurements.map(({label, share}) => ({panel: 'none of them runs', side: label, value: share}));
	return barPanels(
		bars,
		'% of the time',
		CASES.map(({label}) => ({line: label, color: '#9a9a9a'})),
	);
}
