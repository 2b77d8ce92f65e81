import {figure, spread} from '../harness/format.js';
import {summarize, type Summary} from '../harness/statistics.js';
import type {JournalMode} from '../harness/writer-program.js';
import type {Case, WriterSample} from './writers-sample.js';

/** What one contender did beside one writer, and what that cost the writer. */
export interface WriterFigures {
	readonly journalMode: JournalMode;
	/** What the writer was asked for. */
	readonly rate: string;
	readonly label: string;
	/** Of the copies that were made; undefined where none was. */
	readonly seconds: Summary | undefined;
	readonly tries: number;
	/** Whether a copy had not ended at the limit. */
	readonly unended: boolean;
	/** Steps in one try that got no further: the source was locked, or a write made the copy begin again. */
	readonly setbacks: number;
	/** What became of the tries that gave no copy. */
	readonly problems: readonly string[];
	/** Of the writer. */
	readonly alone: Writing;
	readonly beside: Writing;
}

export interface Writing {
	readonly transactionsPerSecond: number;
	readonly longestMs: number;
	/** Transactions that were given up, after SQLite's busy timeout. */
	readonly refused: number;
}

export function toFigures(
	label: string,
	samples: readonly WriterSample[],
	{journalMode, perSecond, limit}: Case,
): WriterFigures {
	const copies = samples.flatMap((sample) => sample.copies);
	const failures = samples.flatMap((sample) => sample.failures);
	const missing = samples.reduce((sum, sample) => sum + sample.missing, 0);
	const unended = samples.filter((sample) => sample.unended).length;
	const tries = copies.length + failures.length + missing + unended;
	const of = (count: number): string => `${figure(count)} of ${figure(tries)}`;
	return {
		journalMode,
		rate: rateText(perSecond),
		label,
		seconds: copies.length === 0 ? undefined : summarize(copies),
		tries,
		unended: unended > 0,
		setbacks: tries === 0 ? 0 : samples.reduce((sum, sample) => sum + sample.setbacks, 0) / tries,
		problems: [
			...(unended > 0 ? [`no end in ${figure(limit)} s (${of(unended)})`] : []),
			...(missing > 0 ? [`reports success, no copy (${of(missing)})`] : []),
			...[...new Set(failures)].map(
				(reason) =>
					`fails: ${reason.replace(/^.*Error: /, '')} (${of(failures.filter((other) => other === reason).length)})`,
			),
		],
		alone: writing(samples.map(({without}) => without)),
		beside: writing(samples.map(({during}) => during)),
	};
}

export function outcomeText({seconds, problems}: WriterFigures): string {
	return [...(seconds === undefined ? [] : [`${spread(seconds)} s`]), ...problems].join('; ');
}

export function modeText(mode: JournalMode): string {
	return mode === 'WAL' ? mode : 'rollback journal';
}

export function rateText(perSecond: number): string {
	return perSecond === Infinity ? 'all out' : `${figure(perSecond)} a second`;
}

function writing(reports: readonly WriterSample['without'][]): Writing {
	const sum = (of: 'transactions' | 'refused' | 'seconds'): number =>
		reports.reduce((total, report) => total + report[of], 0);
	return {
		transactionsPerSecond: reports.length === 0 ? 0 : sum('transactions') / sum('seconds'),
		longestMs: Math.max(0, ...reports.map(({longestMs}) => longestMs)),
		refused: sum('refused'),
	};
}
