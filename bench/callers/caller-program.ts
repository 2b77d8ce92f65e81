/** The process of a caller: an application that has a database open and makes copies of it when the bench says so. */
import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {watchEventLoop} from '../../examples/demo/event-loop.js';
import {serve} from '../harness/serve.js';
import {Copying, type Outcome, type Requested} from './copying.js';
import type {CallSettings, Copied, Opened} from './caller.js';
import {CALLERS, isCallerName} from './index.js';

/** What a cancellation left behind, and how long it took. */
export interface Cancelled {
	/** Between the abort and the rejected promise. */
	readonly ms: number;
	/** In the target's directory at that moment. */
	readonly files: readonly string[];
	/** And a tenth of a second later. */
	readonly filesLater: readonly string[];
}

/** What copies took of the main thread. */
export interface MainThread {
	/** Processor time, user and system, of this thread alone. */
	readonly cpuMs: number;
	/** Time in which it did something rather than wait for events: also what it waited for inside of a call. */
	readonly busyMs: number;
}

export interface CallerMethods {
	open(source: string, settings: CallSettings): Promise<void>;
	/** Begins a copy, and returns at once. */
	begin(target: string, requested: Requested): Promise<void>;
	/** Asks the copy that was begun to stop. */
	abort(): Promise<void>;
	/** How the copy that was begun ended, or that it did not within so many ms. */
	outcome(limit: number): Promise<Outcome>;
	/** Makes a copy. @returns the longest time in ms for which the main thread could do nothing else */
	longestGap(target: string): Promise<number>;
	/** Makes a copy and aborts it after `delay` ms. @returns undefined when it was complete by then */
	cancel(target: string, delay: number): Promise<Cancelled | undefined>;
	/** Makes copies, one after another, named 0.db and so on. */
	repeat(directory: string, times: number): Promise<MainThread>;
	close(): Promise<void>;
}

const [, , name = ''] = process.argv;
if (!isCallerName(name)) throw new Error(`There is no caller "${name}"`);
const load = CALLERS[name];
let opened: Opened | undefined;
let copying: Copying | undefined;

serve<CallerMethods>({
	async open(source, settings) {
		const caller = await load();
		opened = await caller.open(source, settings);
	},
	async begin(target, requested) {
		copying = new Copying(application(), target, requested);
		return Promise.resolve();
	},
	async abort() {
		current().abort();
		return Promise.resolve();
	},
	outcome: async (limit) => current().outcome(limit),
	async longestGap(target) {
		const unwatch = watchEventLoop();
		const {blockedMs} = await copyOnce(target);
		const {longestGap} = unwatch();
		return blockedMs ?? longestGap;
	},
	async cancel(target, delay) {
		const one = new Copying(application(), target, {stoppable: true, flush: false});
		await sleep(delay);
		one.abort();
		const outcome = await one.settled;
		const files = await readdir(dirname(target));
		if (outcome.state === 'fulfilled' || outcome.afterAbortMs === undefined) return undefined;
		await sleep(100);
		return {ms: outcome.afterAbortMs, files, filesLater: await readdir(dirname(target))};
	},
	async repeat(directory, times) {
		const cpu = process.threadCpuUsage();
		const loop = performance.eventLoopUtilization();
		for (let round = 0; round < times; round++) await copyOnce(join(directory, `${String(round)}.db`));
		const {user, system} = process.threadCpuUsage(cpu);
		return {cpuMs: (user + system) / 1000, busyMs: performance.eventLoopUtilization(loop).active};
	},
	async close() {
		await opened?.close();
	},
});

function application(): Opened {
	if (opened === undefined) throw new Error('No database is open');
	return opened;
}

function current(): Copying {
	if (copying === undefined) throw new Error('No copy was begun');
	return copying;
}

async function copyOnce(target: string): Promise<Copied> {
	return application().copy(target, {stop: undefined, onSetbacks: () => undefined});
}
