import {startCaller} from '../../callers/caller-process.js';
import {AS_BY_DEFAULT} from '../../callers/copying.js';
import {figure} from '../../harness/format.js';
import {startWriter} from '../../harness/writer.js';
import type {Situation} from '../situation.js';
import {lookAt, newTarget, pathOf} from '../target.js';
import {endWords} from '../words.js';

/** Milliseconds to wait for the end of the copy. */
const LIMIT = 10_000;

export const busyWriter: Situation = {
	title: 'writer at full speed',
	method:
		'Another process writes to the source, in WAL mode, one small transaction after another, from before the copy until ' +
		'after it. The target is new. A copy that has not ended after ten seconds is given up.',

	async run(trial) {
		const target = await newTarget(trial);
		const caller = await startCaller(trial.contender, pathOf(trial.source), trial.signal);
		const writer = startWriter(trial.signal);
		try {
			await writer.call('start', pathOf(trial.source), 'WAL', Infinity);
			await caller.call('begin', target, AS_BY_DEFAULT);
			const outcome = await caller.call('outcome', LIMIT);
			const writing = await writer.call('report');
			await caller.kill();
			await writer.call('stop');
			const found = await lookAt(target, trial.source, trial);
			const words = endWords(outcome, found);
			const cell = outcome.state === 'pending' ? words : `${words} in ${figure(outcome.seconds)} s`;
			return {cell, facts: {outcome, writing, found}};
		} finally {
			await caller.kill();
			await writer.end();
		}
	},
};
