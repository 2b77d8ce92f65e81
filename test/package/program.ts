import {spawnSync} from 'node:child_process';

export interface ProgramResult {
	/** Null when a signal ended it: a segmentation fault, or the time limit. */
	readonly exitCode: number | null;
	readonly signal: string | null;
	/** Standard output and errors, one after the other. */
	readonly output: string;
	readonly stdout: string;
}

const LIMIT = 180_000;

/** Runs a program to its end. */
export function tryProgram(command: string, args: readonly string[], cwd: string): ProgramResult {
	const {status, signal, stdout, stderr, error} = spawnSync(command, args, {
		cwd,
		encoding: 'utf8',
		env: environment(),
		timeout: LIMIT,
		maxBuffer: 64 * 1024 * 1024,
	});
	if (error !== undefined) throw error;
	return {exitCode: status, signal, stdout, output: stdout + stderr};
}

/**
 * The same, for programs that must succeed.
 *
 * @returns what it wrote to its standard output
 */
export function runProgram(command: string, args: readonly string[], cwd: string): string {
	const {exitCode, signal, output, stdout} = tryProgram(command, args, cwd);
	if (exitCode === 0) return stdout;
	throw new Error(`${command} ${args.join(' ')}\nended with ${signal ?? String(exitCode)}:\n${output.trim()}`);
}

/**
 * Without what npm sets for the scripts of this package, which would reach the npm that installs into another folder, and
 * without Node.js options, which a user does not have.
 */
function environment(): NodeJS.ProcessEnv {
	return Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !/^npm_(?:package|lifecycle|command)|^NODE_OPTIONS$/.test(name)),
	);
}
