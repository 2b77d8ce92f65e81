import {existsSync} from 'node:fs';
import Database from 'better-sqlite3';
import {checkpoint} from '../checkpoint.ts';

/**
 * Moves the copied WAL into the copied database. Each step says how it went: to close the database would do the same, and
 * hide a full disk. Nothing is flushed here, as all of the file is before it is published.
 *
 * @param frames how many frames SQLite must find in the WAL
 * @throws Error when the WAL is not what was copied, SqliteError
 */
export function absorbWal(path: string, frames: number): void {
	const database = new Database(path, {fileMustExist: true, timeout: 0});
	try {
		// No shared memory beside it. And no flushes: SQLite would make them between the pages.
		database.pragma('locking_mode = EXCLUSIVE');
		database.pragma('synchronous = OFF');
		const moved = checkpoint(database, 'FULL');
		// Nobody else knows these files, so nothing is ever busy here. If it were, commits would be lost without a sign: what
		// costs nothing is looked at.
		if (moved.busy !== 0 || moved.log !== frames || moved.checkpointed !== frames) {
			throw new Error(`Of ${String(frames)} frames in the WAL, ${JSON.stringify(moved)}`);
		}

		if (checkpoint(database, 'TRUNCATE').busy !== 0) throw new Error('The WAL could not be emptied');
	} finally {
		database.close();
	}

	if (existsSync(`${path}-wal`)) throw new Error('The WAL is still there');
}
