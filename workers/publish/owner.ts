import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {hostname} from 'node:os';

/** Who made a staging file: enough to tell, from another process, that its maker is gone. */
export interface Owner {
	readonly host: string;
	readonly pid: number;
	/** Distinguishes the process from a later one with the same pid; empty where the system does not tell. */
	readonly startedAt: string;
}

let self: Owner | undefined;

export function thisProcess(): Owner {
	self ??= {
		host: hostMark(),
		pid: process.pid,
		startedAt: startOf(process.pid),
	};
	return self;
}

/** The host's name as far as a file's name allows, and a hash of all of it: the beginnings of two may be the same. */
function hostMark(): string {
	const name = hostname();
	const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
	return `${name.replaceAll(/[^\w-]/g, '_').slice(0, 20)}-${hash}`;
}

/** True only where it is certain: on this host, no process of that pid, or one that began at another time. */
export function isGone({host, pid, startedAt}: Owner): boolean {
	const own = thisProcess();
	if (host !== own.host) return false;
	const isOwn = pid === own.pid;
	if (!isOwn && !isAlive(pid)) return true;
	// Without a look into /proc, which a directory full of jobs of this process would cost each of them many times.
	const current = isOwn ? own.startedAt : startOf(pid);
	return startedAt !== '' && current !== '' && current !== startedAt;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it is there, and belongs to somebody else.
		return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
	}
}

/** Field 22 of /proc/PID/stat: clock ticks since boot. The name in field 2 may have spaces and brackets in it. */
function startOf(pid: number): string {
	try {
		const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
	} catch {
		return '';
	}
}
