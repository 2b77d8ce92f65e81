import {startProgram, type Program} from './program.js';
import type {JournalMode, WriterMethods} from './writer-program.js';

const PROGRAM = new URL('writer-program.ts', import.meta.url);

export function startWriter(signal: AbortSignal): Program<WriterMethods> {
	return startProgram<WriterMethods>(PROGRAM, 'the writer', {signal});
}

/** While nobody has the database open. */
export async function setJournalMode(path: string, mode: JournalMode, signal: AbortSignal): Promise<void> {
	const writer = startWriter(signal);
	try {
		await writer.call('start', path, mode, 0);
		await writer.call('stop');
	} finally {
		await writer.end();
	}
}
