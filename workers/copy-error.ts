import {fsyncSync, openSync, closeSync, writeSync, fstatSync} from 'node:fs';
import type {BackupError} from '../src/errors.ts';
import {BackupError as KnownError} from '../src/errors.ts';
import {Cancelled, codeOf, sourceError, targetError} from './failures.ts';

/** What SQLite says when it is the target's side that failed. */
const TARGET_CODES = /^SQLITE_(?:FULL|READONLY|CANTOPEN|PERM)/;

/** An error from a copy into the staging file, laid at the right door. */
export function copyError(error: unknown, source: string, staging: string, target: string): Cancelled | BackupError {
	if (error instanceof Cancelled || error instanceof KnownError) return error;
	if (TARGET_CODES.test(codeOf(error))) return targetError(target, error);
	// SQLite says "disk I/O error" of either side. The staging file is ours, so it can be tried.
	if (codeOf(error).startsWith('SQLITE_IOERR')) {
		const failure = tryToWrite(staging);
		if (failure !== undefined) return targetError(target, failure);
	}

	return sourceError(source, error);
}

function tryToWrite(path: string): unknown {
	try {
		const descriptor = openSync(path, 'r+');
		try {
			const {size} = fstatSync(descriptor);
			writeSync(descriptor, Buffer.alloc(4096), 0, 4096, size);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}

		return undefined;
	} catch (error) {
		return error;
	}
}
