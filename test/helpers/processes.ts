import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';

/** Far beyond what anything that is waited for takes on a busy machine. */
const PATIENCE = 60_000;

/** The child processes of a process that check copies, by /proc. */
export function findChecks(parent: number): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => isCheck(pid) && Number(statOf(pid)[PARENT]) === parent);
}

/** Those of them that are in the middle of a check that takes long: they have computed for longer than it takes to start. */
export function findBusyChecks(parent: number): number[] {
	return findChecks(parent).filter((pid) => ticksOf(pid) > BUSY_TICKS);
}

/** Those of them that are there yet, whoever is their parent now. A process that has ended has no command line. */
export function stillRunning(checks: readonly number[]): number[] {
	return checks.filter((pid) => isCheck(pid));
}

/** Whether a process has ended, and somebody has yet to take notice. */
export function isZombie(pid: number): boolean {
	return statOf(pid)[STATE] === 'Z';
}

const BUSY_TICKS = 50;

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

/** Nothing where it ended meanwhile. */
function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}
