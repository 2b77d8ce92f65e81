import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {listDirectory} from './directory.js';
import {LOADER} from './loader.js';
import {makeMemoryDirectory} from './memory-directory.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ExampleEnd {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	/** Warnings too: also that of a second SQLite. */
	readonly stderr: string;
	/** What it has left in the directory for temporary files. */
	readonly left: readonly string[];
}

/** A program of `examples/` at work. */
export interface Example {
	/** Waits until it has printed what matches. Rejects when it ends without. */
	readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
	readonly signal: (name: NodeJS.Signals) => void;
	readonly ended: Promise<ExampleEnd>;
}

/**
 * Starts an example, without tsx, which would compile all of it for each directory of temporary files. It is killed at the
 * end of the test if it still runs.
 */
export function startExample(t: ExecutionContext, file: string, environment: NodeJS.ProcessEnv = {}): Example {
	const temporary = makeMemoryDirectory(t);
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', LOADER, `examples/${file}`], {
		cwd: ROOT,
		env: {...process.env, TMPDIR: temporary, ...environment},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const closed = once(child, 'close');
	let [stdout, stderr, over] = ['', '', false];
	let wake = Promise.withResolvers<undefined>();
	child.stdout.on('data', (chunk: Buffer) => {
		stdout += chunk.toString();
		wake.resolve(undefined);
	});
	child.stderr.on('data', (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	const ended = closed.then(() => {
		over = true;
		wake.resolve(undefined);
		return {code: child.exitCode, signal: child.signalCode, stdout, stderr, left: listDirectory(temporary)};
	});
	t.teardown(async () => {
		child.kill('SIGKILL');
		await ended;
	});

	return {
		async printed(pattern) {
			for (;;) {
				const match = pattern.exec(stdout);
				if (match !== null) return match;
				if (over) throw new Error(`${file} ended and had not printed ${String(pattern)}: ${stdout}${stderr}`);
				wake = Promise.withResolvers();
				await wake.promise;
			}
		},
		signal: (name) => {
			child.kill(name);
		},
		ended,
	};
}
