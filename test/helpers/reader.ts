import type {ExecutionContext} from 'ava';
import {startChild} from './child.js';
import {STATE_SQL, tagged} from './tagged.js';

export interface Seen {
	readonly reads: number;
	/** Each different state that was seen, or error that was met. */
	readonly states: readonly string[];
}

export interface ReaderOptions {
	/** One connection for all reads, rather than a new one for each. */
	readonly keepOpen?: boolean;
	readonly pauseMs?: number;
}

export interface Reader {
	/** Reads once more at least, then tells of all. */
	stop(): Promise<Seen>;
}

/** Another process that has begun to read a tagged database again and again. */
export async function startReader(
	t: ExecutionContext,
	path: string,
	{keepOpen = false, pauseMs = 15}: ReaderOptions = {},
): Promise<Reader> {
	const child = startChild(t, 'reader.ts', [{path, query: STATE_SQL, keepOpen, pauseMs}]);
	await child.receive();
	return {
		async stop() {
			child.send('stop');
			return (await child.receive()) as Seen;
		},
	};
}

/** What a reader tells of a sound database with one tag. */
export function seen(tag: number, rows?: number): string {
	const {integrity, ...state} = tagged(tag, rows);
	return `${JSON.stringify({...state, mixed: 0})} ${integrity as string}`;
}
