import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {startBackupProcess, type BackupOrder} from './backup-process.js';
import {makeDirectory} from './directory.js';

/** A system call; `text` is its arguments, each descriptor with its file in angle brackets, and its result. */
export interface SystemCall {
	readonly name: string;
	/** Whether it is one of the program's main thread. */
	readonly main: boolean;
	readonly text: string;
	/** Its place among all beginnings and ends of calls. */
	readonly begun: number;
	readonly ended: number;
}

const TRACED = [
	...['openat', 'close', 'read', 'pread64', 'pwrite64', 'write', 'sendmsg', 'ftruncate', 'fsync', 'fdatasync'],
	...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'unlink', 'unlinkat', 'chmod', 'fchmod'],
];

/**
 * Stops a program, and what it starts, only at the calls that are looked at. Not for a signal: with `--seccomp-bpf`, strace
 * 6.1 sends none. https://man7.org/linux/man-pages/man1/strace.1.html
 */
export const STRACE = ['strace', '-f', '--seccomp-bpf', '-qq'] as const;

export function hasStrace(): boolean {
	const [strace, ...options] = STRACE;
	return spawnSync(strace, [...options, '-e', 'trace=none', 'true']).status === 0;
}

/** A test that needs strace. */
export const withStrace = hasStrace() ? test.serial : test.serial.skip;

/**
 * What a program is run under so that reads of a file fail, as those of a broken disk do.
 *
 * @param when which of the reads of each thread: `10`, or from there on with `10+`
 */
export function failingReads(path: string, when: string): readonly string[] {
	const inject = `inject=pread64:error=EIO:when=${when}`;
	return [...STRACE, '-o', '/dev/null', '-P', path, '-e', 'trace=pread64', '-e', inject];
}

/**
 * What a program is run under so that a file's bytes do not get to the disk, and it is told so.
 *
 * @param when which of the flushes of each thread: `2+` is each but the first
 */
export function failingFlushes(path: string, when: string): readonly string[] {
	const inject = ['-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:error=EIO:when=${when}`];
	return [...STRACE, '-o', '/dev/null', '-P', path, ...inject];
}

export interface TraceOptions {
	/** Whether the calls of the processes that it starts are among them. */
	readonly children?: boolean;
}

/**
 * The system calls of another process that makes one backup, from its beginning until it tells that the promise is
 * fulfilled.
 */
export async function traceBackup(
	t: ExecutionContext,
	order: BackupOrder,
	{children = true}: TraceOptions = {},
): Promise<readonly SystemCall[]> {
	const output = join(makeDirectory(t), 'strace');
	// To let go of a program that is started does not go with the filter.
	const strace = children ? STRACE : ['strace', '-f', '-qq', '-b', 'execve'];
	const under = [...strace, '-e', `trace=${TRACED.join(',')}`, '-y', '-s', '256', '-o', output];
	const {child, run} = await startBackupProcess(t, order, {under});
	const outcome = await run();
	if (outcome.status !== 'fulfilled') throw new Error(`The traced backup failed: ${outcome.message ?? ''}`);
	const {strategy} = {...order.options};
	if (strategy !== undefined && outcome.result?.strategy !== strategy) throw new Error(`It was no ${strategy}`);
	await child.ended;
	const calls = parse(readFileSync(output, 'utf8'));
	const told = calls.findIndex(({name, text}) => /^(?:write|sendmsg)$/.test(name) && text.includes('fulfilled'));
	if (told === -1) throw new Error('The trace does not show the outcome');
	return calls.slice(0, told);
}

/** In the order in which they ended. */
function parse(trace: string): SystemCall[] {
	const unfinished = new Map<string, {readonly text: string; readonly begun: number}>();
	const calls: SystemCall[] = [];
	const mainThread = /^\d+/.exec(trace)?.[0];
	for (const [index, line] of trace.split('\n').entries()) {
		const [, thread = '', what = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(what);
		const begun = resumed === null ? {text: what, begun: index} : unfinished.get(thread);
		if (begun === undefined) continue;
		if (what.endsWith('<unfinished ...>')) {
			unfinished.set(thread, {text: what.slice(0, -'<unfinished ...>'.length), begun: index});
			continue;
		}

		const [, name, text] = /^(\w+)\((.*)$/.exec(begun.text + (resumed?.[1] ?? '')) ?? [];
		if (name !== undefined && text !== undefined)
			calls.push({name, main: thread === mainThread, text, begun: begun.begun, ended: index});
	}

	return calls;
}
