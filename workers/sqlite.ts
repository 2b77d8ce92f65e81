import Database from 'better-sqlite3';

export type Connection = Database.Database;

export interface OpenOptions {
	readonly readonly?: boolean;
}

/**
 * Opens an existing file. `timeout: 0`, always: a connection that waits inside SQLite cannot be aborted, so every wait
 * for a lock is the worker's own.
 */
export function openFile(path: string, {readonly = false}: OpenOptions = {}): Connection {
	return new Database(path, {readonly, fileMustExist: true, timeout: 0});
}

/** A database in memory with these bytes, not in WAL mode; of no bytes at all, an empty one. */
export function openBytes(bytes: Uint8Array): Connection {
	if (bytes.length === 0) return new Database(':memory:', {timeout: 0});
	return new Database(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {timeout: 0});
}

/** An error of SQLite's from another process. */
export function toSqliteError({message, code}: {readonly message: string; readonly code: string}): Error {
	return new Database.SqliteError(message, code);
}

/** SQLite's name for what went wrong, for example `SQLITE_BUSY_RECOVERY`. */
export function sqliteCodeOf(error: unknown): string | undefined {
	return error instanceof Database.SqliteError ? error.code : undefined;
}

/** Whether waiting may help: somebody else holds a lock, or recovers a WAL. */
export function isBusy(error: unknown): boolean {
	const code = sqliteCodeOf(error);
	return code !== undefined && /^SQLITE_(?:BUSY|LOCKED|PROTOCOL)(?:_|$)/.test(code);
}
