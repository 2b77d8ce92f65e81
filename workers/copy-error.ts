import {closeSync, fstatSync, fsyncSync, openSync, writeSync} from 'node:fs';
import {BackupError} from '../src/errors.ts';
import {Cancelled, codeOf, sourceError, targetError} from './failures.ts';
import {sqliteCodeOf} from './sqlite.ts';

/** The two sides of a copy, as an error names them. */
export interface CopyPlaces {
	readonly source: string;
	readonly staging: string;
	readonly target: string;
	/** How large the copy was to be; 0 where that is not known. */
	readonly bytes: number;
}

/** What SQLite says when it is the target's side that failed. */
const TARGET_CODES = /^SQLITE_(?:FULL|READONLY|CANTOPEN|PERM)/;

/** An error from a copy into the staging file, laid at the right door. */
export function copyError(error: unknown, places: CopyPlaces): Error {
	if (error instanceof Cancelled || error instanceof BackupError) return error;
	const {source, target} = places;
	if (TARGET_CODES.test(codeOf(error))) return targetError(target, error);
	// SQLite says "disk I/O error" of either side. The staging file is ours, so it can be tried.
	if (codeOf(error).startsWith('SQLITE_IOERR')) {
		const failure = tryToWrite(places);
		if (failure !== undefined) return targetError(target, failure, sqliteCodeOf(error));
	}

	return sourceError(source, error);
}

const CHUNK_BYTES = 1024 * 1024;
/** What is written at the most to find out. */
const MOST_TRIED_BYTES = 256 * CHUNK_BYTES;

/**
 * Writes what the copy was to write, because SQLite has emptied the file meanwhile: a quota shows when it is reached, and
 * a limit of the file's size at the last byte.
 */
function tryToWrite({staging, bytes}: CopyPlaces): unknown {
	try {
		const zeros = Buffer.alloc(CHUNK_BYTES);
		const descriptor = openSync(staging, 'r+');
		try {
			if (bytes > 0) writeSync(descriptor, zeros, 0, 1, bytes - 1);
			const end = Math.max(CHUNK_BYTES, Math.min(bytes, MOST_TRIED_BYTES));
			const start = bytes > 0 ? 0 : fstatSync(descriptor).size;
			for (let offset = start; offset < start + end;) {
				offset += writeSync(descriptor, zeros, 0, Math.min(CHUNK_BYTES, start + end - offset), offset);
			}

			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}

		return undefined;
	} catch (error) {
		return error;
	}
}
