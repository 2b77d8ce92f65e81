import {closeSync, fsyncSync, openSync} from 'node:fs';

/** Waits until a file's bytes are on the disk. Only for files that no SQLite connection uses: closing drops its locks. */
export function flushFile(path: string): void {
	flush(path, 'r+');
}

/** Waits until a directory's entries are on the disk: without it, a rename may be undone by a power failure. */
export function flushDirectory(path: string): void {
	// Windows cannot flush a directory, and journals its entries itself.
	if (process.platform !== 'win32') flush(path, 'r');
}

function flush(path: string, flags: 'r' | 'r+'): void {
	const descriptor = openSync(path, flags);
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
