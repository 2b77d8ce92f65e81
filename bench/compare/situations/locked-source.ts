import {copyWhileHeld} from '../held.js';
import type {Situation} from '../situation.js';
import {lookAt, newTarget, pathOf} from '../target.js';
import {endWords} from '../words.js';

export const lockedSource: Situation = {
	title: 'source locked for 2 s',
	method:
		'Another process holds an exclusive lock on the source, which has a rollback journal, when the copy begins, and lets ' +
		'go after two seconds. The target is new.',

	async run(trial) {
		const target = await newTarget(trial);
		const held = await copyWhileHeld(trial, target, 'lock', pathOf(trial.rollbackSource));
		const found = await lookAt(target, trial.rollbackSource, trial);
		const words = endWords(held.outcome, found);
		return {cell: held.waited ? `waits, then ${words}` : words, facts: {...held, found}};
	},
};
