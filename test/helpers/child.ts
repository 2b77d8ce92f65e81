import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {LOADER} from './loader.js';

export interface ChildOptions {
	/** Whether the program imports the library, or anything else of these sources. */
	readonly sources?: boolean;
	/** A program and its arguments that the child is run under, for example strace. */
	readonly under?: readonly string[];
	/** The user to run it as. */
	readonly uid?: number;
}

/** Another process, which shares no lock with this one. */
export interface Child {
	readonly pid: number;
	send(message: unknown): void;
	/** The next message from it. Rejects when it ends without one. */
	receive(): Promise<unknown>;
	/** Sends a signal; for one that ends it, see `ended`. */
	signal(signal: NodeJS.Signals): void;
	/** Resolves once the process is gone, and what it had open with it. */
	readonly ended: Promise<void>;
}

/** Starts a program of `test/fixtures/`, which is killed at the end of the test if it still runs. */
export function startChild(
	t: ExecutionContext,
	fixture: string,
	args: readonly unknown[],
	options: ChildOptions = {},
): Child {
	const child = startLastingChild(fixture, args, options);
	t.teardown(async () => {
		child.signal('SIGKILL');
		await child.ended;
	});
	return child;
}

/** Starts one that ends with this process, or when it is told to. */
export function startLastingChild(
	fixture: string,
	args: readonly unknown[],
	{sources = false, under = [], uid}: ChildOptions = {},
): Child {
	const program = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url));
	const [command = process.execPath, ...rest] = [
		...under,
		process.execPath,
		...(sources ? [LOADER] : []),
		program,
		...args.map((arg) => JSON.stringify(arg)),
	];
	const child = spawn(command, rest, {
		stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
		...(uid === undefined ? {} : {uid, gid: uid, env: {...process.env, HOME: '/nonexistent'}}),
	});
	const received: unknown[] = [];
	let wake = Promise.withResolvers<undefined>();
	let stderr = '';
	let over = false;
	child.stderr?.on('data', (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	child.on('message', (message) => {
		received.push(message);
		wake.resolve(undefined);
	});
	const ended = once(child, 'close').then(() => {
		over = true;
		wake.resolve(undefined);
	});

	return {
		pid: child.pid ?? 0,
		send: (message) => {
			child.send(message as string);
		},
		async receive() {
			for (;;) {
				const message = received.shift();
				if (message !== undefined) return message;
				if (over) throw new Error(`${fixture} ended without an answer: ${stderr}`);
				wake = Promise.withResolvers();
				await wake.promise;
			}
		},
		signal: (signal) => {
			child.kill(signal);
		},
		ended,
	};
}
