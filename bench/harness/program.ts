import {fork} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {END, type Answer, type Call, type Methods} from './serve.js';

/** A program that runs in a process of its own and does what it is called for, one call after another. */
export interface Program<M extends Methods<M>> {
	readonly pid: number;
	call<Name extends keyof M & string>(name: Name, ...args: Parameters<M[Name]>): Promise<Awaited<ReturnType<M[Name]>>>;
	/** Ends it, and all that it has started. */
	end(): Promise<void>;
	/** The same at once, by SIGKILL, in the middle of whatever it does. */
	kill(): Promise<void>;
}

export interface ProgramOptions {
	readonly args?: readonly string[];
	/** Ends it at once. */
	readonly signal: AbortSignal;
}

/**
 * @param file a program that calls `serve` with the methods `M`
 * @param name for messages
 */
export function startProgram<M extends Methods<M>>(
	file: URL,
	name: string,
	{args = [], signal}: ProgramOptions,
): Program<M> {
	signal.throwIfAborted();
	const child = fork(fileURLToPath(file), args, {
		// A process group of its own: whatever it starts can be killed with it, and Ctrl-C reaches the bench alone, which
		// then ends its programs in order.
		detached: true,
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		execArgv: ['--import=tsx', '--disable-warning=ExperimentalWarning'],
		serialization: 'advanced',
		// As many of libuv's threads as the most copies at a time, for the peers that work in them.
		env: {...process.env, UV_THREADPOOL_SIZE: '8'},
	});
	const complaints = child.stderr === null ? Promise.resolve('') : text(child.stderr);
	const closed = once(child, 'close');
	const died = closed.then(async () => {
		signal.throwIfAborted();
		const how = child.signalCode ?? `exit code ${String(child.exitCode)}`;
		throw new Error(`The process of ${name} ended (${how}). ${(await complaints).trim()}`.trim());
	});
	// Whoever waits for an answer hears of it; nobody else has to.
	died.catch(() => undefined);

	const kill = (): void => {
		if (child.pid === undefined) return;
		try {
			process.kill(-child.pid, 'SIGKILL');
		} catch {
			// There is nobody left in its group.
		}
	};
	signal.addEventListener('abort', kill);

	return {
		pid: child.pid ?? 0,
		async call<Name extends keyof M & string>(
			method: Name,
			...args: Parameters<M[Name]>
		): Promise<Awaited<ReturnType<M[Name]>>> {
			const call: Call = {method, args};
			const answered = once(child, 'message') as Promise<[Answer]>;
			// Whether it still listens is seen by its end.
			child.send(call, () => undefined);
			const [answer] = await Promise.race([answered, died]);
			if (answer.type === 'failed') throw new Error(answer.error);
			// The program serves the same `M`.
			return answer.value as Awaited<ReturnType<M[Name]>>;
		},
		async end() {
			signal.removeEventListener('abort', kill);
			// Not by disconnect(): after one, this side is never told that the program has closed its output.
			if (child.connected) child.send(END, () => undefined);
			const force = setTimeout(kill, GRACE);
			await closed;
			clearTimeout(force);
			kill();
		},
		async kill() {
			signal.removeEventListener('abort', kill);
			kill();
			await closed;
		},
	};
}

/** Milliseconds for a program to end by itself. */
const GRACE = 5000;
