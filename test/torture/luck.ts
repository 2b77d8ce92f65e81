import Database from 'better-sqlite3';

export function pick<T>(...values: readonly [T, ...T[]]): T {
	return values[Math.floor(Math.random() * values.length)] ?? values[0];
}

export function isLikely(probability: number): boolean {
	return Math.random() < probability;
}

/** Somebody else stands in the way, which is what these programs do to one another. */
export function isBusy(error: unknown): boolean {
	return error instanceof Database.SqliteError && /^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/.test(error.code);
}
