import {closeSync, openSync, writeSync} from 'node:fs';

/** Bytes 18 and 19 of a database's header, and what they say. https://sqlite.org/fileformat2.html#file_format_version_numbers */
const VERSIONS_OFFSET = 18;
const ROLLBACK = 1;
const WAL = 2;

/**
 * The copy of a WAL database becomes one that needs no `-wal` and no `-shm`. A copy has no WAL, so all there is to change
 * are two bytes of its header; SQLite would parse the schema first, which may be damaged.
 */
export function leaveWalMode(path: string): void {
	writeVersions(path, ROLLBACK);
}

/** Whoever opens the copy next makes a WAL beside it. */
export function enterWalMode(path: string): void {
	writeVersions(path, WAL);
}

/** The same as {@link leaveWalMode}, for a database that is in memory: there, WAL mode cannot be. */
export function leaveWalModeInMemory(bytes: Uint8Array): void {
	if (bytes.length > VERSIONS_OFFSET + 1) bytes.fill(ROLLBACK, VERSIONS_OFFSET, VERSIONS_OFFSET + 2);
}

function writeVersions(path: string, version: number): void {
	const descriptor = openSync(path, 'r+');
	try {
		writeSync(descriptor, Uint8Array.of(version, version), 0, 2, VERSIONS_OFFSET);
	} finally {
		closeSync(descriptor);
	}
}
