import {startProgram, type Program} from '../harness/program.js';
import type {CallSettings} from './caller.js';
import type {CallerMethods} from './caller-program.js';
import type {CallerName} from './index.js';

const PROGRAM = new URL('caller-program.ts', import.meta.url);

/** Starts a caller in a process of its own, with a database open. */
export async function startCaller(
	name: CallerName,
	source: string,
	settings: CallSettings,
	signal: AbortSignal,
): Promise<Program<CallerMethods>> {
	const program = startProgram<CallerMethods>(PROGRAM, name, {args: [name], signal});
	try {
		await program.call('open', source, settings);
		return program;
	} catch (error) {
		await program.end();
		throw error;
	}
}
