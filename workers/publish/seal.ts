import {chownSync, statSync, truncateSync} from 'node:fs';
import type {JobContext} from '../context.ts';
import {Cancelled, targetError} from '../failures.ts';
import {leaveWalMode} from '../journal-mode.ts';
import type {SourceFile} from '../source/open.ts';
import {verify} from '../verify/verify.ts';
import {finishFile} from './finish-file.ts';
import type {Target} from './inspect.ts';
import type {FinishedCopy} from './publisher.ts';

/** What sealing found out. */
export interface Sealed {
	readonly sha256?: string;
}

/**
 * Gives the staging file all that the published copy will have, and flushes it. Nothing opens it by other means than
 * SQLite after the rename, not even to close it: that would drop the locks of whoever opened the new copy meanwhile.
 */
export async function seal(copy: FinishedCopy, job: JobContext): Promise<Sealed> {
	try {
		return await sealCopy(copy, job);
	} catch (error) {
		throw error instanceof Cancelled ? error : targetError(copy.target.path, error);
	}
}

async function sealCopy({staging, target, file, copied}: FinishedCopy, job: JobContext): Promise<Sealed> {
	const {path} = staging;
	if (copied.pages === 0) truncateSync(path);
	else if (target.journalMode === 'delete') leaveWalMode(path);
	await verify(path, job);
	// What is written in place takes on nothing of the staging file but its contents, and must still be written to.
	const inPlace = target.existing === 'overwrite' && target.oldMode !== undefined;
	const mode = inPlace ? undefined : permissions(path, target, file);
	const sha256 = finishFile(path, {mode, checksum: target.checksum}, job);
	return sha256 === undefined ? {} : {sha256};
}

/** What was asked for, else the source's and no more than the old target's; never more readers than the source has. */
function permissions(path: string, {mode, oldMode = 0o777}: Target, source: SourceFile | undefined): number {
	// A database without a file could be read by nobody but its process.
	if (source === undefined) return mode ?? 0o600 & oldMode;
	const readers = readersOf(path, source);
	return (mode ?? source.mode & oldMode) & (0o733 | readers);
}

/**
 * The read bits of the source. Where the copy cannot but belong to another group, what one of that group and of all others
 * may not, neither may: who is in which has changed.
 */
function readersOf(path: string, {mode, group}: SourceFile): number {
	const own = statSync(path, {bigint: true});
	if (own.gid === group) return mode;
	try {
		chownSync(path, Number(own.uid), Number(group));
		return mode;
	} catch {
		const both = mode & (mode >> 3) & 0o004;
		return (mode & ~0o044) | both | (both << 3);
	}
}
