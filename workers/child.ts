import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {createInterface, type Interface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {Control} from '../src/control.ts';
import {siblingModule} from '../src/sibling.ts';
import {toLine, type ChildMessage, type News, type TaskName, type Tasks} from './children/tasks.ts';
import {Cancelled} from './failures.ts';
import type {Patience} from './patience.ts';
import type {Reporter} from './reporter.ts';

const PROGRAM = siblingModule('./children/main', import.meta.url);

/** How often the job of a running task is looked at for a cancellation, in ms. */
const LOOK_INTERVAL = 5;

/**
 * Milliseconds that a killed child is waited for when its job was cancelled, so that it makes no more files. One that has
 * not ended by then is in the middle of a system call, a flush say, and will return from it to nothing.
 */
const DEATH_GRACE = 10;

/**
 * How often a child is looked at until it must be ready, or else it is none of ours: a program that is packed may start
 * itself. That is ten seconds and more; a process that was stopped meanwhile has not looked.
 */
const START_LOOKS = 10_000 / LOOK_INTERVAL;

/** Milliseconds after that in which no other one is tried. */
const START_PAUSE = 300_000;

/** Whoever has a task done: a worker's job, as a rule. */
export interface Client {
	readonly control: Pick<Control, 'cancelled'>;
	readonly patience: Pick<Patience, 'throwIfCancelled'>;
	readonly reporter: Pick<Reporter, 'post'>;
}

interface Child {
	readonly process: ChildProcessByStdio<Writable, Readable, null>;
	readonly lines: Interface;
	readonly closed: Promise<void>;
}

/** What is done while a child is at work. What these throw ends the task, and the child. */
export interface ChildListener {
	readonly onNews?: (news: News) => void;
	/** Called every few milliseconds. */
	readonly onLook?: () => void;
}

export type Reply<Name extends TaskName> =
	| {readonly type: 'answer'; readonly answer: Tasks[Name]['answer']}
	/** No process can be started here. */
	| {readonly type: 'unavailable'}
	/** The process ended in the middle of the task. */
	| {readonly type: 'died'; readonly how: string};

/** One for each thread, kept for the next job: to start a process takes longer than most of its tasks. */
let kept: Child | undefined;
let dismissal: NodeJS.Timeout | undefined;
/** The ends of those that the system still has an entry of. */
const ends = new Set<Promise<void>>();
/** Whether the last attempt to start one has failed. */
let refused = false;
/** Until then, what starts is taken not to be our program. */
let hopelessUntil = 0;

/** Starts the child, if there is none, so that a task given to it begins at once. False: none can be started. */
export async function readyChild(job: Client): Promise<boolean> {
	// A thread that has waited without an event loop hears only now that its child has died meanwhile.
	await new Promise(setImmediate);
	if (kept === undefined) {
		const child = await start(job);
		if (child !== 'killed') kept = child;
	}

	return kept !== undefined;
}

/** Whether a task would begin at once, or none can be done at all; undefined where a child would be started. */
export function hasChild(): boolean | undefined {
	if (kept !== undefined) return true;
	return refused ? false : undefined;
}

/** A job is over: from now on, the child is kept for so many milliseconds. */
export async function keepChild(milliseconds: number): Promise<void> {
	clearTimeout(dismissal);
	if (kept === undefined || milliseconds === Infinity) return;
	if (milliseconds === 0) {
		await dismissChild();
		return;
	}

	dismissal = setTimeout(() => void dismissChild(), milliseconds).unref();
}

/**
 * Has a child process do a task. It is killed when the job is cancelled.
 *
 * @throws Cancelled, and what the listener throws
 */
export async function askChild<Name extends TaskName>(
	task: Name,
	order: Tasks[Name]['order'],
	job: Client,
	listener: ChildListener = {},
): Promise<Reply<Name>> {
	job.patience.throwIfCancelled();
	clearTimeout(dismissal);
	const old = kept;
	kept = undefined;
	if (old !== undefined) {
		const {reply, heard} = await ask(old, task, order, job, listener);
		// One that was kept may have died since, which says nothing about this task. But a task that had news must not be done
		// again: upon them the listener may have let go of what it needs, as the lock of a source.
		if (reply.type === 'answer' || heard) return reply;
	}

	let child = await start(job);
	// That one was killed while it started says nothing about the next one, and what is done without a child cannot be ended.
	if (child === 'killed') child = await start(job);
	// It may be the cancellation that it did not live to see.
	job.patience.throwIfCancelled();
	if (child === undefined || child === 'killed') return {type: 'unavailable'};
	return (await ask(child, task, order, job, listener)).reply;
}

/** The thread is about to end. Waits for the ends of all children that it had, since nobody else can reap them. */
export async function leaveChildren(): Promise<void> {
	await dismissChild();
	await Promise.all(ends);
}

interface Asked<Name extends TaskName> {
	readonly reply: Reply<Name>;
	/** Whether the child told anything of the task. */
	readonly heard: boolean;
}

/** Ends the child of this thread, and waits until the system has nothing left of it. */
export async function dismissChild(): Promise<void> {
	const child = kept;
	kept = undefined;
	child?.process.kill('SIGKILL');
	await child?.closed;
}

async function ask<Name extends TaskName>(
	child: Child,
	task: Name,
	order: Tasks[Name]['order'],
	job: Client,
	{onNews, onLook}: ChildListener,
): Promise<Asked<Name>> {
	const {lines, closed} = child;
	const {reporter, patience, control} = job;
	const pid = child.process.pid ?? 0;
	reporter.post({type: 'child', pid, running: true});
	let look: NodeJS.Timeout | undefined;
	let heard = false;
	try {
		const answer = await new Promise<Tasks[Name]['answer'] | undefined>((resolve, reject) => {
			const guarded = (action: () => void): void => {
				try {
					action();
				} catch (error) {
					reject(error instanceof Error ? error : new Error(String(error)));
				}
			};
			lines.on('line', (line) => {
				guarded(() => {
					// Only our own program writes to this pipe, one task at a time.
					const message = JSON.parse(line) as ChildMessage<Name>;
					heard = true;
					if (message.type === 'answer') resolve(message.answer);
					else if (message.type !== 'ready') onNews?.(message);
				});
			});
			void closed.then(() => {
				resolve(undefined);
			});
			look = setInterval(() => {
				guarded(() => {
					patience.throwIfCancelled();
					onLook?.();
				});
			}, LOOK_INTERVAL);
			child.process.stdin.write(toLine({task, order}));
		});
		patience.throwIfCancelled();
		if (answer !== undefined) {
			kept = child;
			return {reply: {type: 'answer', answer}, heard};
		}

		const {signalCode, exitCode} = child.process;
		return {reply: {type: 'died', how: signalCode ?? String(exitCode)}, heard};
	} catch (error) {
		child.process.kill('SIGKILL');
		// What is to be done in another way now needs the files for itself.
		while (!(error instanceof Cancelled) && !control.cancelled && (await isOpen(closed))) continue;
		await Promise.race([closed, sleep(DEATH_GRACE)]);
		throw error;
	} finally {
		clearInterval(look);
		lines.removeAllListeners('line');
		reporter.post({type: 'child', pid, running: false});
	}
}

/** Waits for the end of a child, for a while. */
async function isOpen(closed: Promise<void>): Promise<boolean> {
	return await Promise.race([closed.then(() => false), sleep(LOOK_INTERVAL, true)]);
}

/** Undefined: none can be started here. */
async function start({reporter, control}: Client): Promise<Child | 'killed' | undefined> {
	if (performance.now() < hopelessUntil) return undefined;
	// Without the options of this process: a loader would cost time, and a debugger's port would be taken twice.
	const {NODE_OPTIONS: _, ...env} = process.env;
	try {
		const child = spawn(process.execPath, [fileURLToPath(PROGRAM)], {
			// Where this process is Electron's, it would start as another application.
			env: {...env, ELECTRON_RUN_AS_NODE: '1'},
			// Its standard input is the leash: it closes when this thread or process ends, however that happens.
			stdio: ['pipe', 'pipe', 'ignore'],
			windowsHide: true,
		});
		// A process that cannot be started, or that dies, is noticed by the end of its output; what else it causes must not
		// end this thread.
		child.on('error', () => undefined);
		child.stdin.on('error', () => undefined);
		// Should this thread die, the main thread knows what to kill.
		if (child.pid !== undefined) reporter.post({type: 'child', pid: child.pid, running: true});
		const lines = createInterface(child.stdout);
		// Also after a failure to start.
		const closed = new Promise<void>((resolve) => child.once('close', resolve));
		ends.add(closed);
		void closed.then(() => ends.delete(closed));
		let looks = 0;
		const look = setInterval(() => {
			const isHopeless = ++looks > START_LOOKS;
			if (isHopeless) pause();
			if (control.cancelled || isHopeless) child.kill('SIGKILL');
		}, LOOK_INTERVAL);
		const ready = await Promise.race([once(lines, 'line').then(() => true), closed.then(() => false)]).finally(() => {
			clearInterval(look);
		});
		if (ready) {
			refused = false;
			const started = {process: child, lines, closed};
			void closed.then(() => {
				if (kept === started) kept = undefined;
			});
			return started;
		}

		// Its number may be another process's by the time anybody thinks of killing it.
		if (child.pid !== undefined) reporter.post({type: 'child', pid: child.pid, running: false});
		if (control.cancelled) return undefined;
		const {signalCode, exitCode} = child;
		refused = true;
		if (signalCode !== null && performance.now() >= hopelessUntil) return 'killed';
		// Below 0 where there was nothing to start. Our own program hardly ever ends by itself before it is ready.
		if (exitCode !== null && exitCode >= 0) pause();
		return undefined;
	} catch {
		// Not even an attempt was possible, for want of rights or descriptors.
		refused = true;
		return undefined;
	}
}

/** It is another program that starts there, which may have effects of its own. */
function pause(): void {
	hopelessUntil = performance.now() + START_PAUSE;
}
