/** What SQLite appends to a database's name for the files beside it. https://sqlite.org/tempfiles.html */
export const SIDECAR_SUFFIXES = ['-journal', '-wal', '-shm'] as const;

/** The files that SQLite may keep beside a database. */
export function sidecarsOf(path: string): string[] {
	return SIDECAR_SUFFIXES.map((suffix) => path + suffix);
}

/** A database and the files beside it. */
export function withSidecars(path: string): string[] {
	return [path, ...sidecarsOf(path)];
}
