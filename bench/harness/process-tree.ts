import {readdirSync, readFileSync} from 'node:fs';

/** Clock ticks a second in /proc: USER_HZ, which is 100 wherever Node.js runs on Linux. See proc(5). */
const TICKS_A_SECOND = 100;

export interface Process {
	readonly pid: number;
	readonly parent: number;
	/** Used by it and by those of its children that have ended and were waited for. */
	readonly ticks: number;
}

/** A process and its descendants. Empty where there is no /proc. */
export function processTree(root: number): readonly Process[] {
	const all = listProcesses();
	const tree = all.filter(({pid}) => pid === root);
	// Grows while it is walked: each one's children are appended, and then theirs.
	for (const {pid} of tree) tree.push(...all.filter(({parent}) => parent === pid));
	return tree;
}

/**
 * Measures the processor time, user and system, of a process and all its descendants during an action, to 10 ms.
 * Undefined where there is no /proc.
 */
export async function withCpuSeconds<T>(root: number, action: () => Promise<T>): Promise<[T, number | undefined]> {
	const before = treeTicks(root);
	const result = await action();
	return [result, before === undefined ? undefined : ((treeTicks(root) ?? before) - before) / TICKS_A_SECOND];
}

function treeTicks(root: number): number | undefined {
	const tree = processTree(root);
	return tree.length === 0 ? undefined : tree.reduce((sum, {ticks}) => sum + ticks, 0);
}

function listProcesses(): Process[] {
	let names: string[];
	try {
		names = readdirSync('/proc');
	} catch {
		return [];
	}

	return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)) ?? []);
}

function readProcess(pid: number): Process | undefined {
	let stat: string;
	try {
		stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
	} catch {
		return undefined;
	}

	// The second field is the name in parentheses, which may hold spaces and parentheses. After it: state, ppid, and from
	// the 14th field of all: utime, stime, cutime, cstime.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
	return {pid, parent: Number(fields[1]), ticks};
}
