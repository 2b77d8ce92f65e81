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

/** A database in memory with these bytes; of no bytes at all, an empty one. */
export function openBytes(bytes: Uint8Array): Connection {
	if (bytes.length === 0) return new Database(':memory:', {timeout: 0});
	// Bytes 18 and 19 say 2 in a WAL database, which a database in memory cannot be: SQLite would refuse to read it.
	// https://sqlite.org/fileformat2.html#file_format_version_numbers
	if (bytes.length > 19) bytes.fill(1, 18, 20);
	return new Database(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {timeout: 0});
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
