import {statSync} from 'node:fs';
import {watchEventLoop, type EventLoopFigures} from './event-loop.js';
import type {Transfers} from './transfers.js';

export interface LiveDatabase {
	readonly path: string;
	readonly transfers: Transfers;
}

/** What one way to copy did. */
export interface Copy {
	readonly finished: boolean;
	/** How much of the database was copied, 0 to 1; of all attempts, the one that came furthest. */
	readonly copied: number;
	/** How often a write made it begin again. */
	readonly restarts: number;
}

export interface Figures extends EventLoopFigures {
	readonly seconds: number;
	/** Transactions that the writer committed meanwhile. */
	readonly writes: number;
	/** Bytes of the `-wal` file at the end. It does not shrink by itself, so this is the most it held. */
	readonly wal: number;
}

export async function measure<T extends object>(
	{path, transfers}: LiveDatabase,
	action: () => Promise<T>,
): Promise<Figures & T> {
	const writesBefore = transfers.count;
	const unwatch = watchEventLoop();
	const start = performance.now();
	try {
		const done = await action();
		return {
			seconds: (performance.now() - start) / 1000,
			writes: transfers.count - writesBefore,
			wal: walSize(path),
			...unwatch(),
			...done,
		};
	} finally {
		unwatch();
	}
}

/** By `stat`, never by opening it: closing a file that SQLite has open drops SQLite's locks in this process. */
function walSize(path: string): number {
	return statSync(`${path}-wal`, {throwIfNoEntry: false})?.size ?? 0;
}
