/** A writer at several rates, in both journal modes: whether copies end, how long they take, and what the writer loses. */
import {join} from 'node:path';
import {defaultContenders, stylesOf, type CallContender} from '../callers/contenders.js';
import type {Workload} from '../harness/bench.js';
import {barPanels, type Bar} from '../harness/chart-bars.js';
import {figure} from '../harness/format.js';
import {summarize, transform} from '../harness/statistics.js';
import {setJournalMode} from '../harness/writer.js';
import type {JournalMode} from '../harness/writer-program.js';
import {modeText, outcomeText, rateText, type WriterFigures, type Writing} from './writers-figures.js';
import {roundsBesideWriter} from './writers-rounds.js';

interface Plan {
	readonly bytes: number;
	readonly rounds: number;
	/** Seconds for which a side copies, again and again, in each round, and for which the writer is watched without. */
	readonly window: number;
	/** Seconds that a copy may take. */
	readonly limit: number;
}

const FULL: Plan = {bytes: 256e6, rounds: 2, window: 2, limit: 60};
const QUICK: Plan = {bytes: 16e6, rounds: 1, window: 0.5, limit: 10};

const MODES: readonly JournalMode[] = ['WAL', 'DELETE'];
/** Transactions a second. */
const RATES: readonly number[] = [0, 100, 1000, Infinity];

export const writers: Workload = {
	method:
		'A process moves money between random accounts, each time in a transaction of its own, with synchronous = OFF, so ' +
		'that the rates are reached. Another process copies the database again and again for two seconds, with the ' +
		'defaults of each library: for better-sqlite3, node:sqlite and .backup a hundred pages a step. The writer is ' +
		'watched for as long before, without copies. ' +
		'A step is in vain that finds the source locked, or begins again after a write. All flush the directory. The last ' +
		'copy of each round is checked.',

	async run(bench) {
		const plan = bench.quick ? QUICK : FULL;
		const contenders = withWholeSteps(defaultContenders(bench.sides));
		const measurements: WriterFigures[] = [];
		const notes: string[] = [];
		for (const journalMode of MODES) {
			const sources = await bench.databases.make(join(bench.directory, 'source'), 1, plan.bytes);
			await setJournalMode(sources.paths[0] ?? '', journalMode, bench.signal);
			for (const perSecond of RATES) {
				const title = panelOf(journalMode, rateText(perSecond));
				bench.log(`${title}:`);
				const beside = {sources, journalMode, perSecond, ...plan};
				const {figures, failures} = await roundsBesideWriter(bench, contenders, beside, plan.rounds);
				measurements.push(...figures);
				notes.push(...failures.map((failure) => `${title}: ${failure}`));
			}

			await sources.remove();
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements, contenders, plan), notes};
	},
};

/** Two can do without restarts, if all pages are copied in one step, which the main thread may have to wait for. */
function withWholeSteps(contenders: readonly CallContender[]): CallContender[] {
	return contenders.flatMap((contender) => {
		const {name, label} = contender;
		if (name !== 'better-sqlite3' && name !== 'node:sqlite') return [contender];
		return [contender, {name, label: `${label}, one step`, settings: {whole: true}}];
	});
}

function panelOf(journalMode: JournalMode, rate: string): string {
	return `${modeText(journalMode)}, ${rate}`;
}

/** The others make one step, or do not tell of their steps. */
const TELLS_STEPS = /^(?:sqlite-hotcopy|better-sqlite3|node:sqlite)/;

function toRow(figures: WriterFigures): Record<string, string> {
	const {journalMode, rate, label, tries, setbacks, alone, beside} = figures;
	const both = (text: (writing: Writing) => string): string =>
		rate === rateText(0) ? '-' : `${text(alone)} → ${text(beside)}`;
	return {
		'journal mode': modeText(journalMode),
		writer: rate,
		by: label,
		copy: outcomeText(figures),
		tries: figure(tries),
		'vain steps a try': TELLS_STEPS.test(label) ? figure(setbacks) : '-',
		'transactions/s': both(({transactionsPerSecond}) => figure(transactionsPerSecond)),
		'longest wait, ms': both(({longestMs}) => figure(longestMs)),
		'given up': both(({refused}) => figure(refused)),
	};
}

function toChart(measurements: readonly WriterFigures[], contenders: readonly CallContender[], {limit}: Plan): object {
	const bars = measurements.flatMap(({journalMode, rate, label: side, seconds, unended, problems, beside}): Bar[] => {
		const panel = panelOf(journalMode, rate);
		const copy: Bar =
			seconds === undefined
				? {panel, side, value: summarize([unended ? limit * 1000 : 0]), text: problems.join('; ')}
				: {panel, side, value: transform(seconds, (value) => value * 1000)};
		const wait: Bar = {panel, side, value: summarize([beside.longestMs]), secondary: true};
		return rate === rateText(0) ? [copy] : [copy, wait];
	});
	return barPanels(bars, "ms a copy (paler: the writer's longest wait)", stylesOf(contenders));
}
