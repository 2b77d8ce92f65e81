import {startCaller} from '../callers/caller-process.js';
import {AS_BY_DEFAULT, type Outcome} from '../callers/copying.js';
import {startProgram} from '../harness/program.js';
import type {HolderMethods} from './holder-program.js';
import type {Trial} from './situation.js';
import {pathOf} from './target.js';

const HOLDER = new URL('holder-program.ts', import.meta.url);

/** Milliseconds for which the lock is held. */
const HELD = 2000;
/** Milliseconds to wait for the end of the copy after that. */
const LIMIT = 10_000;

export interface HeldOutcome {
	/** Whether the copy waited until the lock was let go. */
	readonly waited: boolean;
	readonly outcome: Outcome;
}

/** Has a copy begin while another process holds a lock, which it lets go after two seconds. */
export async function copyWhileHeld(
	{contender, rollbackSource, signal}: Trial,
	target: string,
	lock: 'lock' | 'read',
	locked: string,
): Promise<HeldOutcome> {
	const caller = await startCaller(contender, pathOf(rollbackSource), signal);
	const holder = startProgram<HolderMethods>(HOLDER, 'the holder', {signal});
	try {
		await holder.call(lock, locked);
		await caller.call('begin', target, AS_BY_DEFAULT);
		const outcome = await caller.call('outcome', HELD);
		await holder.call('release');
		if (outcome.state !== 'pending') return {waited: false, outcome};
		return {waited: true, outcome: await caller.call('outcome', LIMIT)};
	} finally {
		await caller.kill();
		await holder.end();
	}
}
