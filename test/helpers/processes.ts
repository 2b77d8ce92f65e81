import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {TEST_DIRECTORY} from './directory.js';

/** Far beyond what anything that is waited for takes on a busy machine. */
const PATIENCE = 60_000;

/** The child processes of a process that check copies, by /proc. */
export function findChecks(parent: number): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => isCheck(pid) && Number(statOf(pid)[PARENT]) === parent);
}

/** Those of them that are at work: a database of a test is open. How long they have run says nothing on a busy machine. */
export function findBusyChecks(parent: number): number[] {
	return findChecks(parent).filter((pid) => openFiles(pid).some((path) => path.includes(TEST_DIRECTORY)));
}

/** Those of them that are there yet, whoever is their parent now. A process that has ended has no command line. */
export function stillRunning(checks: readonly number[]): number[] {
	return checks.filter((pid) => isCheck(pid));
}

/** Whether a process has ended, and somebody has yet to take notice. */
export function isZombie(pid: number): boolean {
	return statOf(pid)[STATE] === 'Z';
}

/** Clock ticks that a process has computed for. */
export function ticksOf(pid: number): number {
	const stat = statOf(pid);
	return Number(stat[USER_TICKS] ?? 0) + Number(stat[SYSTEM_TICKS] ?? 0);
}

/** Waits for something to come true. */
export async function until(what: string, condition: () => boolean): Promise<void> {
	const end = performance.now() + PATIENCE;
	while (!condition()) {
		if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
		await sleep(10);
	}
}

/** Positions in /proc/PID/stat after the name, which may have spaces and brackets in it. */
const STATE = 0;
const PARENT = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

function statOf(pid: number): string[] {
	const stat = read(`/proc/${String(pid)}/stat`);
	return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function isCheck(pid: number): boolean {
	return read(`/proc/${String(pid)}/cmdline`).includes('children/main');
}

function openFiles(pid: number): string[] {
	const directory = `/proc/${String(pid)}/fd`;
	try {
		return readdirSync(directory).map((descriptor) => linkOf(`${directory}/${descriptor}`));
	} catch {
		// It has ended meanwhile.
		return [];
	}
}

/** Nothing where it was closed meanwhile. */
function linkOf(descriptor: string): string {
	try {
		return readlinkSync(descriptor);
	} catch {
		return '';
	}
}

/** Nothing where it ended meanwhile. */
function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}
