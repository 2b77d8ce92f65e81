/** A writer at several rates, in both journal modes: whether copies end, how long they take, and what the writer loses. */
import {join} from 'node:path';
import {defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import {startCaller} from '../callers/caller-process.js';
import type {Bench, Workload} from '../harness/bench.js';
import {barPanels} from '../harness/chart-bars.js';
import type {Sources} from '../harness/databases.js';
import {figure, spread} from '../harness/format.js';
import {interleave} from '../harness/rounds.js';
import {summarize} from '../harness/statistics.js';
import type {JournalMode} from '../harness/writer-program.js';
import {copyBesideWriter, setJournalMode, type Case, type WriterSample} from './writers-sample.js';

interface Plan {
	readonly bytes: number;
	readonly rounds: number;
	/** Seconds for which a side copies, again and again, in each round, and for which the writer is watched without. */
	readonly window: number;
	/** Seconds that a copy may take. */
	readonly limit: number;
}

const FULL: Plan = {bytes: 256e6, rounds: 3, window: 2, limit: 60};
const QUICK: Plan = {bytes: 16e6, rounds: 1, window: 0.5, limit: 10};

const MODES: readonly JournalMode[] = ['WAL', 'DELETE'];
const RATES: readonly number[] = [0, 100, 1000, Infinity];

interface Measurement {
	readonly journalMode: JournalMode;
	/** Transactions a second that the writer was asked for. */
	readonly rate: string;
	readonly label: string;
	readonly samples: readonly WriterSample[];
}

export const writers: Workload = {
	method:
		'A process moves money between random accounts, 0, 100 or 1,000 times a second or without a pause, each time in a ' +
		'transaction of its own, with synchronous = OFF, so that the rates are reached. Another process copies the database, ' +
		'again and again for two seconds, with the defaults of each library (better-sqlite3, node:sqlite and .backup: a ' +
		'hundred pages a step; for the first two also all pages in one step). The writer is watched for as long before, ' +
		'without copies. Directories are flushed by all. The last copy of each round is checked afterwards.',

	async run(bench) {
		const plan = bench.quick ? QUICK : FULL;
		const contenders = withWholeSteps(defaultContenders(bench.sides));
		const measurements: Measurement[] = [];
		const notes: string[] = [];
		for (const journalMode of MODES) {
			const sources = await bench.databases.make(join(bench.directory, 'source'), 1, plan.bytes);
			await setJournalMode(sources, journalMode, bench.signal);
			for (const perSecond of RATES) {
				const title = `${journalMode}, ${rateText(perSecond)}`;
				bench.log(`${title}:`);
				const {found, failures} = await measure(bench, contenders, {sources, journalMode, perSecond, ...plan}, plan.rounds);
				measurements.push(...found);
				notes.push(...failures.map((failure) => `${title}: ${failure}`));
			}

			await sources.remove();
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders, plan), notes};
	},
};
