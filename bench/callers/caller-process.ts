import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {StrategyName} from '../../src/index.js';
import {startProgram, type Program} from '../harness/program.js';
import {summarize} from '../harness/statistics.js';
import type {CallerMethods} from './caller-program.js';
import type {CallContender} from './contenders.js';
import type {Fulfilled, Requested} from './copying.js';

const PROGRAM = new URL('caller-program.ts', import.meta.url);

/** Copies before the first that is measured. */
const WARM_UP = 3;

/** A caller at work, in a process of its own. */
export type CallerProcess = Program<CallerMethods>;

export interface Running {
	readonly contender: CallContender;
	readonly caller: CallerProcess;
}

/** Starts a caller with a database open. */
export async function startCaller(
	{name, settings}: CallContender,
	source: string,
	signal: AbortSignal,
): Promise<CallerProcess> {
	const program = startProgram<CallerMethods>(PROGRAM, name, {args: [name], signal});
	try {
		await program.call('open', source, settings);
		return program;
	} catch (error) {
		await program.end();
		throw error;
	}
}

/** Starts callers, each with the same database open, for as long as an action lasts. */
export async function withCallers<T>(
	contenders: readonly CallContender[],
	source: string,
	signal: AbortSignal,
	action: (running: readonly Running[]) => Promise<T>,
): Promise<T> {
	const running: Running[] = [];
	try {
		for (const contender of contenders) running.push({contender, caller: await startCaller(contender, source, signal)});
		return await action(running);
	} finally {
		await Promise.all(running.map(async ({caller}) => caller.end()));
	}
}

/** Makes a copy, and waits for it. @throws Error when it fails */
export async function copyWith(caller: CallerProcess, target: string, requested: Requested): Promise<Fulfilled> {
	await caller.call('begin', target, requested);
	const outcome = await caller.call('outcome', Infinity);
	if (outcome.state === 'fulfilled') return outcome;
	throw new Error(outcome.state === 'rejected' ? outcome.message : 'The copy did not end');
}

export interface WarmUp {
	/** A copy. */
	readonly seconds: number;
	/** Of sqlite-hotcopy. */
	readonly strategy: StrategyName | undefined;
}

/** Has it make some copies, so that its code is loaded and its threads and processes are there. */
export async function warmUp(caller: CallerProcess, directory: string, requested: Requested): Promise<WarmUp> {
	const target = join(directory, 'warm-up.db');
	const copies: Fulfilled[] = [];
	for (let copy = 0; copy < WARM_UP; copy++) {
		copies.push(await copyWith(caller, target, requested));
		await rm(target);
	}

	return {seconds: summarize(copies.map(({seconds}) => seconds)).median, strategy: copies.at(-1)?.copied.strategy};
}
