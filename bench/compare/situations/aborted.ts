import {dirname} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {figure} from '../../harness/format.js';
import {beginHalf} from '../half.js';
import type {Situation} from '../situation.js';
import {listFiles, newTarget} from '../target.js';
import {filesWords} from '../words.js';

/** Milliseconds to wait for the end of the copy. */
const LIMIT = 10_000;

export const aborted: Situation = {
	title: 'abort at 50 %',
	method:
		'When a file holds half of the source, the copy is told to stop: by an AbortSignal, by an error thrown in progress ' +
		'(better-sqlite3, node:sqlite), by finish() between steps of 100 pages (node-sqlite3), by Ctrl-C between steps of ' +
		'100 pages (CPython), by SIGTERM (the shell). The time until it has ended, and what is in the directory of the ' +
		'target, which was new, 100 ms later.',

	async run(trial) {
		const target = await newTarget(trial);
		const caller = await beginHalf(trial, target, true);
		try {
			await caller.call('abort');
			const outcome = await caller.call('outcome', LIMIT);
			await sleep(100);
			const files = await listFiles(dirname(target));
			const facts = {outcome, files};
			if (outcome.state === 'pending') return {cell: `goes on, no end in ${figure(outcome.seconds)} s`, facts};
			if (outcome.state === 'fulfilled') throw new Error('The copy was complete before it was told to stop');
			return {cell: `ends in ${figure(outcome.afterAbortMs ?? 0)} ms, ${filesWords(files)}`, facts};
		} finally {
			await caller.kill();
		}
	},
};
