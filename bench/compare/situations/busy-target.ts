import {copyWhileHeld} from '../held.js';
import type {Situation} from '../situation.js';
import {lookAt, oldTarget} from '../target.js';
import {endWords} from '../words.js';

export const busyTarget: Situation = {
	title: 'target being read for 2 s',
	method:
		'The target is an old copy, with a rollback journal, in which another process has a read transaction open when the ' +
		'copy begins, and ends it after two seconds.',

	async run(trial) {
		const target = await oldTarget(trial);
		const held = await copyWhileHeld(trial, target, 'read', target);
		const found = await lookAt(target, trial.rollbackSource, trial);
		const words = endWords(held.outcome, found);
		return {cell: held.waited ? `waits, then ${words}` : words, facts: {...held, found}};
	},
};
