import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {processTree, type Process} from './process-tree.js';

/** How much more memory a process and its descendants had than before, at the most. In bytes. */
export interface PeakMemory {
	/**
	 * Resident set size: the peaks that the kernel keeps of each process (VmHWM), of those that live at the same time added
	 * up. What several share, such as the program's code, counts for each of them, and so does what is mapped from files.
	 */
	readonly resident: number;
	/** What is in no file, so that the kernel cannot drop it (RssAnon and RssShmem), of all together. */
	readonly own: number;
}

/** In bytes. */
interface Usage {
	readonly peak: number;
	readonly resident: number;
	readonly own: number;
}

/** Milliseconds between two looks. */
const INTERVAL = 10;

/** What the system must have. */
export const TELLS_MEMORY = existsSync('/proc/self/clear_refs');

/**
 * Watches a process during an action, with a look each 10 ms: what lives for a shorter time may go unseen.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export async function withPeakMemory(root: number, action: () => Promise<void>): Promise<PeakMemory> {
	// Makes the peaks the present. https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
	for (const {pid} of processTree(root)) writeFileSync(`/proc/${String(pid)}/clear_refs`, '5');
	const before = look(root);
	let {peak, own} = before;
	const watch = (): void => {
		const now = look(root);
		peak = Math.max(peak, now.peak);
		own = Math.max(own, now.own);
	};

	const ended = new AbortController();
	const watching = watchUntil(ended.signal, watch);
	try {
		await action();
		watch();
	} finally {
		ended.abort();
		await watching;
	}

	return {resident: peak - before.resident, own: own - before.own};
}

async function watchUntil(signal: AbortSignal, watch: () => void): Promise<void> {
	while (!signal.aborted) {
		watch();
		await sleep(INTERVAL);
	}
}

/** Of all together. */
function look(root: number): Usage {
	const usages = processTree(root)
		.filter((process) => !isForked(process))
		.flatMap(({pid}) => usageOf(pid) ?? []);
	const sum = (field: keyof Usage): number => usages.reduce((total, usage) => total + usage[field], 0);
	return {peak: sum('peak'), resident: sum('resident'), own: sum('own')};
}

/** Whether it has not yet begun with its program: until then its memory is that of the process that starts it. */
function isForked({pid, parent}: Process): boolean {
	const commandLine = read(`/proc/${String(pid)}/cmdline`);
	return commandLine !== undefined && commandLine === read(`/proc/${String(parent)}/cmdline`);
}

/** Undefined for a process that has ended. */
function usageOf(pid: number): Usage | undefined {
	const status = read(`/proc/${String(pid)}/status`);
	if (status === undefined) return undefined;
	const kibibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
	return {
		peak: kibibytes('VmHWM') * 1024,
		resident: kibibytes('VmRSS') * 1024,
		own: (kibibytes('RssAnon') + kibibytes('RssShmem')) * 1024,
	};
}

function read(path: string): string | undefined {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return undefined;
	}
}
