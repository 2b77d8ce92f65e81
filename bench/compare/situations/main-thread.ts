import {dirname, join} from 'node:path';
import {startCaller, warmUp} from '../../callers/caller-process.js';
import {AS_BY_DEFAULT} from '../../callers/copying.js';
import {figure} from '../../harness/format.js';
import {summarize} from '../../harness/statistics.js';
import type {Situation} from '../situation.js';
import {newTarget, pathOf} from '../target.js';

const TIMES = 3;

export const mainThread: Situation = {
	title: 'longest main-thread gap',
	method:
		'The longest time for which nothing else can run on the main thread of the application during a copy that nobody ' +
		'disturbs: the median of three, after a warm-up. For CPython it is the thread that calls backup(). The shell is a ' +
		'process of its own, and what is measured is the application that starts it.',

	async run(trial) {
		const target = await newTarget(trial);
		const caller = await startCaller(trial.contender, pathOf(trial.source), trial.signal);
		try {
			await warmUp(caller, dirname(target), AS_BY_DEFAULT);
			const gaps: number[] = [];
			for (let time = 0; time < TIMES; time++) {
				await trial.databases.settle(trial.source);
				gaps.push(await caller.call('longestGap', join(dirname(target), `${String(time)}.db`)));
			}

			return {cell: `${figure(summarize(gaps).median)} ms`, facts: {gaps}};
		} finally {
			await caller.end();
		}
	},
};
