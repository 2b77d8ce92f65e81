import {execFile, spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import {COMMAND} from './cli.js';

/** A terminal with a shell in it, and somebody who types and looks. */
export interface Terminal {
	/** What is to be seen, line by line, without what is blank at the end. */
	readonly screen: () => Promise<string[]>;
	/** The same, with the sequences that colour it. */
	readonly colours: () => Promise<string>;
	/** Presses keys, by tmux's names for them, for example `C-c`. */
	readonly press: (key: string) => Promise<void>;
	/** Waits until a line matches, and returns what is to be seen then. */
	readonly untilSeen: (pattern: RegExp) => Promise<string[]>;
	/** Waits for the end of the command, and tells its exit code. */
	readonly exitCode: () => Promise<number>;
}

export interface TerminalOptions {
	/** What stands for `sqlite-hotcopy`; its sources as they are, unless it is given. */
	readonly command?: readonly string[];
	readonly cwd: string;
	readonly columns?: number;
	readonly rows?: number;
	readonly env?: Readonly<Record<string, string>>;
}

/** Milliseconds: far beyond what anything takes on a busy machine, and between two looks, each of which starts a process. */
const PATIENCE = 60_000;
const LOOK_INTERVAL = 50;

const run = promisify(execFile);

export function hasTmux(): boolean {
	return spawnSync('tmux', ['-V'], {stdio: 'ignore'}).status === 0;
}

/** Types `sqlite-hotcopy` with arguments into a fresh terminal, that of a tmux of the test's own. */
export async function openTerminal(
	t: ExecutionContext,
	args: readonly string[],
	options: TerminalOptions,
): Promise<Terminal> {
	const {command: program = COMMAND, cwd, columns = 100, rows = 24, env = {}} = options;
	const socket = `hotcopy-${randomUUID()}`;
	const tmux = async (...words: readonly string[]): Promise<string> =>
		(await run('tmux', ['-L', socket, '-f', '/dev/null', ...words])).stdout;
	const variables = Object.entries({LC_ALL: 'C.UTF-8', ...env}).map(([name, value]) => `${name}=${quote(value)}`);
	const command = [...variables, ...[...program, ...args].map(quote)].join(' ');
	const size = ['-x', String(columns), '-y', String(rows)];
	// The shell outlives the command, also one that Ctrl-C kills, so that there is something to look at.
	const script = `trap : INT; unset NODE_OPTIONS NO_COLOR FORCE_COLOR; ${command}; echo "exit code $?"; read -r line`;
	await tmux('-u', 'new-session', '-d', ...size, '-c', cwd, script);
	t.teardown(async () => {
		await tmux('kill-server');
	});

	const screen = async (): Promise<string[]> => (await tmux('capture-pane', '-p')).trimEnd().split('\n');
	const untilSeen = async (pattern: RegExp): Promise<string[]> => {
		const deadline = performance.now() + PATIENCE;
		for (;;) {
			const seen = await screen();
			if (seen.some((line) => pattern.test(line))) return seen;
			if (performance.now() > deadline) throw new Error(`Looked in vain for ${String(pattern)}:\n${seen.join('\n')}`);
			await sleep(LOOK_INTERVAL);
		}
	};
	return {
		screen,
		untilSeen,
		colours: async () => await tmux('capture-pane', '-p', '-e'),
		async press(key) {
			await tmux('send-keys', key);
		},
		async exitCode() {
			const seen = await untilSeen(/^exit code \d+$/);
			const line = seen.findLast((text) => text.startsWith('exit code '));
			return Number(line?.slice('exit code '.length));
		},
	};
}

function quote(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}
