import {rmSync} from 'node:fs';
import type {Database} from 'better-sqlite3';
import type {Copy} from './measure.js';

/** Thrown out of the progress callback, which is how a better-sqlite3 backup is stopped. */
class TimeIsUp extends Error {}

/** Milliseconds between two looks at the bar, so that drawing it takes no time from the copy. */
const SHOW_INTERVAL = 25;

/**
 * The copy with better-sqlite3's own `backup()`, with its defaults: 100 pages a turn of the main thread's event loop. A
 * write by any connection but `database` makes SQLite begin again with the first page, so it may never end.
 *
 * @see https://sqlite.org/c3ref/backup_finish.html
 */
export async function copyWithBetterSqlite3(
	database: Database,
	target: string,
	limitSeconds: number,
	signal: AbortSignal,
	onProgress: (fraction: number, restarts: number) => void,
): Promise<Copy> {
	const end = performance.now() + limitSeconds * 1000;
	let shownAt = -Infinity;
	let previous = Infinity;
	let restarts = 0;
	let copied = 0;

	try {
		await database.backup(target, {
			progress({remainingPages, totalPages}) {
				signal.throwIfAborted();
				const now = performance.now();
				if (now >= end) throw new TimeIsUp();
				// Each turn copies pages, so without a restart there are always fewer left than before. The first call comes
				// before anything is copied.
				if (remainingPages >= previous) restarts++;
				previous = remainingPages < totalPages ? remainingPages : Infinity;
				const fraction = 1 - remainingPages / totalPages;
				copied = Math.max(copied, fraction);
				if (now - shownAt >= SHOW_INTERVAL) {
					shownAt = now;
					onProgress(fraction, restarts);
				}

				return 100;
			},
		});
		onProgress(1, restarts);
		return {finished: true, copied: 1, restarts};
	} catch (error) {
		rmSync(target, {force: true});
		if (!(error instanceof TimeIsUp)) throw error;
		return {finished: false, copied, restarts};
	}
}
