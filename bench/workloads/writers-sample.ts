import {statSync} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {CallerProcess} from '../callers/caller-process.js';
import type {Bench} from '../harness/bench.js';
import type {Sources} from '../harness/databases.js';
import {startWriter} from '../harness/writer.js';
import type {JournalMode, WriterReport} from '../harness/writer-program.js';

/** Milliseconds before a copy that failed is tried again. */
const PAUSE = 50;

export interface Case {
	readonly sources: Sources;
	readonly journalMode: JournalMode;
	readonly perSecond: number;
	/** Seconds for which the copies go on, and for which the writer is watched without. */
	readonly window: number;
	/** Seconds that one copy may take. */
	readonly limit: number;
}

/** What came of the copies of one round. */
export interface WriterSample {
	/** Seconds that each copy took. */
	readonly copies: readonly number[];
	/** Steps that got no further, of all copies together, where that is known. */
	readonly setbacks: number;
	/** The reasons that the copies gave that failed. */
	readonly failures: readonly string[];
	/** Copies that were reported to be made, and were not. */
	readonly missing: number;
	/** Whether the last copy had not ended at the limit. */
	readonly unended: boolean;
	readonly without: WriterReport;
	readonly during: WriterReport;
}

/** @throws Error when the last copy is none */
export async function copyBesideWriter(
	{databases, directory, signal}: Bench,
	caller: CallerProcess,
	flush: boolean,
	{sources, journalMode, perSecond, window, limit}: Case,
): Promise<WriterSample> {
	const copies = join(directory, 'copies');
	const target = join(copies, 'copy.db');
	await mkdir(copies);
	await databases.settle(sources);
	const writer = startWriter(signal);
	try {
		await writer.call('start', sources.paths[0] ?? '', journalMode, perSecond);
		if (perSecond > 0) await sleep(window * 1000, undefined, {signal});
		const without = await writer.call('report');
		const found = await copyFor(caller, target, {flush, window, limit, bytes: sources.bytes});
		const during = await writer.call('report');
		await writer.call('stop');
		if (found.last === 'copied') await databases.check([target], sources, false);
		const {last, ...rest} = found;
		return {...rest, unended: last === 'unended', without, during};
	} finally {
		await writer.end();
		await rm(copies, {recursive: true, force: true});
	}
}

interface Attempts extends Pick<WriterSample, 'copies' | 'setbacks' | 'failures' | 'missing'> {
	readonly last: 'copied' | 'missing' | 'failed' | 'unended';
}

async function copyFor(
	caller: CallerProcess,
	target: string,
	{flush, window, limit, bytes}: {flush: boolean; window: number; limit: number; bytes: number},
): Promise<Attempts> {
	const end = performance.now() + window * 1000;
	const copies: number[] = [];
	const failures: string[] = [];
	let setbacks = 0;
	let missing = 0;
	let last: Attempts['last'];
	do {
		await rm(target, {force: true});
		await caller.call('begin', target, {stoppable: false, flush});
		const outcome = await caller.call('outcome', limit * 1000);
		setbacks += outcome.setbacks;
		if (outcome.state === 'pending') {
			last = 'unended';
			await caller.kill();
		} else if (outcome.state === 'rejected') {
			last = 'failed';
			failures.push(outcome.message);
			await sleep(PAUSE);
		} else if ((statSync(target, {throwIfNoEntry: false})?.size ?? 0) < bytes) {
			last = 'missing';
			missing++;
			await sleep(PAUSE);
		} else {
			last = 'copied';
			copies.push(outcome.seconds);
		}
	} while (last !== 'unended' && performance.now() < end);

	return {copies, setbacks, failures, missing, last};
}
