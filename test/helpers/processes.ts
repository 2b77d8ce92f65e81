import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';

/** Far beyond what anything that is waited for takes on a busy machine. */
const PATIENCE = 60_000;

/** The processes with all of these in their command line, by /proc. One that has ended has no command line any more. */
export function findProcesses(...parts: readonly string[]): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => {
			const commandLine = commandLineOf(pid);
			return parts.every((part) => commandLine.includes(part));
		});
}

/** The processes that check a copy in this directory. */
export function findChecks(directory: string): number[] {
	return findProcesses('children/verify', directory);
}

/** Waits for something to come true. */
export async function until(what: string, condition: () => boolean): Promise<void> {
	const end = performance.now() + PATIENCE;
	while (!condition()) {
		if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
		await sleep(10);
	}
}

function commandLineOf(pid: number): string {
	try {
		return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
	} catch {
		// It ended meanwhile.
		return '';
	}
}
