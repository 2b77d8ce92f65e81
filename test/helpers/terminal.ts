import {execFileSync, spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {COMMAND} from './cli.js';
import {until} from './until.js';

/** A terminal with a shell in it, and somebody who types and looks. */
export interface Terminal {
	/** What is to be seen, line by line, without what is blank at the end. */
	readonly screen: () => string[];
	/** The same, with the sequences that colour it. */
	readonly colours: () => string;
	/** Presses keys, by tmux's names for them, for example `C-c`. */
	readonly press: (key: string) => void;
	/** Waits until a line matches. */
	readonly untilSeen: (pattern: RegExp) => Promise<void>;
	/** Waits for the end of the command, and tells its exit code. */
	readonly exitCode: () => Promise<number>;
}

export interface TerminalOptions {
	readonly cwd: string;
	readonly columns?: number;
	readonly rows?: number;
	readonly env?: Readonly<Record<string, string>>;
}

export function hasTmux(): boolean {
	return spawnSync('tmux', ['-V'], {stdio: 'ignore'}).status === 0;
}

/** Types `sqlite-hotcopy` with arguments into a fresh terminal, that of a tmux of the test's own. */
export function openTerminal(t: ExecutionContext, args: readonly string[], options: TerminalOptions): Terminal {
	const {cwd, columns = 100, rows = 24, env = {}} = options;
	const socket = `hotcopy-${randomUUID()}`;
	const tmux = (...words: readonly string[]): string =>
		execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], {encoding: 'utf8'});
	const variables = Object.entries({LC_ALL: 'C.UTF-8', ...env}).map(([name, value]) => `${name}=${quote(value)}`);
	const command = [...variables, ...[...COMMAND, ...args].map(quote)].join(' ');
	const size = ['-x', String(columns), '-y', String(rows)];
	// The shell outlives the command, so that there is something to look at.
	const script = `unset NODE_OPTIONS NO_COLOR FORCE_COLOR; ${command}; echo "exit code $?"; read -r line`;
	tmux('-u', 'new-session', '-d', ...size, '-c', cwd, script);
	t.teardown(() => {
		tmux('kill-server');
	});

	const screen = (): string[] => tmux('capture-pane', '-p').trimEnd().split('\n');
	const untilSeen = async (pattern: RegExp): Promise<void> => {
		await until(() => screen().some((line) => pattern.test(line)), `${String(pattern)} on the screen`);
	};
	return {
		screen,
		untilSeen,
		colours: () => tmux('capture-pane', '-p', '-e'),
		press: (key) => {
			tmux('send-keys', key);
		},
		async exitCode() {
			await untilSeen(/^exit code \d+$/);
			const line = screen().findLast((text) => text.startsWith('exit code '));
			return Number(line?.slice('exit code '.length));
		},
	};
}

function quote(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}
