import {mkdir, rm} from 'node:fs/promises';
import {messageOf} from '../../src/message.js';
import type {Observed, Situation, Trial} from './situation.js';

/** A copy may be over before it is seen half made, so what could not be observed is tried again. */
const TRIES = 3;

/** Puts somebody in a situation, in a directory that is made for it and removed afterwards. */
export async function observe(situation: Situation, trial: Trial): Promise<Observed> {
	const reasons: string[] = [];
	while (reasons.length < TRIES) {
		await mkdir(trial.directory);
		try {
			await trial.databases.settle(trial.source);
			return await situation.run(trial);
		} catch (error) {
			trial.signal.throwIfAborted();
			reasons.push(messageOf(error));
		} finally {
			await rm(trial.directory, {recursive: true, force: true});
		}
	}

	return {cell: 'not observed', facts: {reasons}};
}
