import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {until} from './until.js';

/** The command from its sources, which Node.js runs as they are: what older ones say of that is no concern of a test. */
export const COMMAND = [
	process.execPath,
	'--disable-warning=ExperimentalWarning',
	fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
] as const;

export interface CliOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly uid?: number;
}

export interface CliResult {
	/** The exit code, or the signal that ended it. */
	readonly exit: number | NodeJS.Signals;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunningCli {
	readonly pid: number;
	/** What it has written so far. */
	readonly stdout: () => string;
	readonly stderr: () => string;
	readonly signal: (signal: NodeJS.Signals) => void;
	/** As `head` does it: nobody reads its standard output any more. */
	readonly stopReading: () => void;
	readonly result: Promise<CliResult>;
}

/** Starts `sqlite-hotcopy` with its output in pipes; it is killed at the end of the test if it still runs. */
export function startCli(t: ExecutionContext, args: readonly string[], options: CliOptions = {}): RunningCli {
	const [node, ...before] = COMMAND;
	const {cwd, env = {}, uid} = options;
	const child = spawn(node, [...before, ...args], {
		cwd,
		env: {...withoutNodeOptions(), ...env},
		stdio: ['ignore', 'pipe', 'pipe'],
		...(uid === undefined ? {} : {uid, gid: uid}),
	});
	const output = {stdout: '', stderr: ''};
	for (const stream of ['stdout', 'stderr'] as const) {
		child[stream].setEncoding('utf8').on('data', (text: string) => {
			output[stream] += text;
		});
	}

	const closed = once(child, 'close');
	t.teardown(async () => {
		child.kill('SIGKILL');
		await closed;
	});
	return {
		pid: child.pid ?? 0,
		stdout: () => output.stdout,
		stderr: () => output.stderr,
		signal: (signal) => {
			child.kill(signal);
		},
		stopReading: () => {
			child.stdout.destroy();
		},
		result: closed.then(() => ({exit: child.signalCode ?? child.exitCode ?? NaN, ...output})),
	};
}

/** Runs it to its end. */
export async function runCli(
	t: ExecutionContext,
	args: readonly string[],
	options: CliOptions = {},
): Promise<CliResult> {
	return await startCli(t, args, options).result;
}

/** Waits until it has written something. */
export async function untilWritten(cli: RunningCli, stream: 'stdout' | 'stderr', text: string): Promise<void> {
	await until(() => cli[stream]().includes(text), `${text} on ${stream}`);
}

/** The objects that `--json` has written, one from each line. */
export function recordsOf({stdout}: Pick<CliResult, 'stdout'>): Record<string, unknown>[] {
	return stdout
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What it complains of: its lines on standard error, but for the signs of life of a slow machine. */
export function complaintsOf({stderr}: Pick<CliResult, 'stderr'>): string[] {
	return stderr.split('\n').filter((line) => line !== '' && !/^(?: *\d+ % |Checking |Stopping\.)/.test(line));
}

function withoutNodeOptions(): NodeJS.ProcessEnv {
	const {NODE_OPTIONS: _, NO_COLOR: _1, FORCE_COLOR: _2, ...env} = process.env;
	return env;
}
