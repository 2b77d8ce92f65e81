import {startCaller} from '../../callers/caller-process.js';
import {AS_BY_DEFAULT, type Outcome} from '../../callers/copying.js';
import {beginHalf} from '../half.js';
import type {Observed, Situation, Trial} from '../situation.js';
import {listFiles, lookAt, newTarget, oldTarget, pathOf, type Found, type FoundFile} from '../target.js';

/** Milliseconds to wait for the end of the next copy. */
const LIMIT = 10_000;

const METHOD =
	"When a file in the target's directory holds half of the source, the process and what it has started are killed (kill " +
	'-9). Then the files are looked at, and the target is opened through SQLite: once without and once with what stands ' +
	'beside it. At last another process makes the copy again.';

export const killed: Situation = {
	title: 'kill -9 at 50 %',
	method: `${METHOD} The target is new.`,
	run: async (trial) => killAtHalf(trial, await newTarget(trial)),
};

export const killedOverOld: Situation = {
	title: 'kill -9 at 50 %, over an old copy',
	method: `${METHOD} The target is an old copy with a rollback journal.`,
	run: async (trial) => killAtHalf(trial, await oldTarget(trial)),
};

async function killAtHalf(trial: Trial, target: string): Promise<Observed> {
	const caller = await beginHalf(trial, target, false);
	await caller.kill();
	const found = await lookAt(target, trial.source, trial);
	if (found.target?.content === 'new copy') throw new Error('The copy was complete before it was killed');
	const next = await copyAgain(trial, target);
	return {cell: [stateWords(found), ...afterWords(found, next)].join('; '), facts: {found, next}};
}

interface Next {
	readonly outcome: Outcome;
	readonly files: readonly FoundFile[];
}

async function copyAgain({contender, source, directory, signal}: Trial, target: string): Promise<Next> {
	const caller = await startCaller(contender, pathOf(source), signal);
	try {
		await caller.call('begin', target, AS_BY_DEFAULT);
		const outcome = await caller.call('outcome', LIMIT);
		return {outcome, files: await listFiles(`${directory}/copies`)};
	} finally {
		await caller.kill();
	}
}

function stateWords({target}: Found): string {
	if (target === undefined) return 'no file';
	const {content, alone, untouched} = target;
	if (untouched) return 'old copy untouched';
	if (content === 'empty') return 'part of a file, which opens as an empty database';
	return alone === content ? content : `${content}, but only with its journal`;
}

/** What is left beside the target, and whether the next copy takes it away. */
function afterWords({files}: Found, {outcome, files: after}: Next): string[] {
	const isOdd = ({name}: FoundFile): boolean => !name.startsWith('copy.db');
	if (outcome.state !== 'fulfilled') return ['the next copy fails'];
	if (after.some(isOdd)) return ['a stray file stays'];
	return files.some(isOdd) ? ['the next copy tidies up'] : [];
}
