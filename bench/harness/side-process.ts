import type {SideName} from '../sides/index.js';
import type {Settings} from '../sides/side.js';
import {withCpuSeconds} from './process-tree.js';
import {startProgram} from './program.js';
import type {SideMethods, TimedCopy} from './side-program.js';

const PROGRAM = new URL('side-program.ts', import.meta.url);

export interface CopySample extends TimedCopy {
	/** Of the process and all that it started, user and system; undefined where the system does not tell. */
	readonly cpuSeconds: number | undefined;
}

/** A side at work, in a process of its own. */
export interface SideProcess {
	readonly pid: number;
	open(sources: readonly string[]): Promise<void>;
	copy(directory: string): Promise<CopySample>;
	close(): Promise<void>;
	end(): Promise<void>;
}

export async function startSide(name: SideName, settings: Settings, signal: AbortSignal): Promise<SideProcess> {
	const program = startProgram<SideMethods>(PROGRAM, name, {args: [name], signal});
	try {
		await program.call('start', settings);
	} catch (error) {
		await program.end();
		throw error;
	}

	return {
		pid: program.pid,
		open: async (sources) => program.call('open', sources),
		async copy(directory) {
			const [copied, cpuSeconds] = await withCpuSeconds(program.pid, async () => program.call('copy', directory));
			return {...copied, cpuSeconds};
		},
		close: async () => program.call('close'),
		end: async () => program.end(),
	};
}

/** What a side runs on, found out in its own process, since to load one may end a process. @throws with the reason */
export async function askVersion(name: SideName, signal: AbortSignal): Promise<string> {
	const program = startProgram<SideMethods>(PROGRAM, name, {args: [name], signal});
	try {
		return await program.call('version');
	} finally {
		await program.end();
	}
}
