import {closeSync, fstatSync, openSync, rmSync} from 'node:fs';
import type {News} from '../children/tasks.ts';
import {codeOf} from '../failures.ts';
import {messageOf} from '../../src/message.ts';
import {identityOf, markOf} from '../identity.ts';
import {absorbWal} from './absorb.ts';
import {BackgroundFlush} from './background-flush.ts';
import {copyBytes, copyWhole} from './copy-file.ts';
import {measure, readVersion, type Measured} from './main-file.ts';
import {isSameHeader, readWalHeader, walLength, type WalHeader} from './wal.ts';
import {isWalDone, lastCommittedFrame} from './wal-index.ts';

export interface CloneOrder {
	/** Links followed. */
	readonly source: string;
	/** Which file that must be: see `markOf`. */
	readonly mark: string;
	readonly staging: string;
}

export type CloneAnswer =
	| ({readonly type: 'cloned'} & Measured)
	/** Another strategy must do it. */
	| {readonly type: 'unsuited'; readonly reason: string}
	/** The disk of the target cannot take so much as the main file. For the WAL beside it, only this strategy needs room. */
	| {readonly type: 'unwritable'; readonly code: string; readonly message: string};

/** How a disk says that it cannot take a file. */
const UNWRITABLE = /^(?:ENOSPC|EDQUOT|EFBIG|EROFS)$/;

/** Bytes after which a flush is begun, unless one is still running: what is smaller is flushed soon enough at the end. */
const FLUSH_BYTES = 8 * 1024 * 1024;

class Unwritable extends Error {}

/** Some other part of this application has opened and closed a file of the source, say. */
class LockLost extends Error {
	constructor() {
		super('The source was written to in spite of its lock');
	}
}

/** A committed frame that must be the last of the copied WAL; none where the main file alone is the snapshot. */
interface CopiedWal {
	readonly frames: number;
}

/**
 * Copies the files of a database, in a process that has no SQLite connection to it, while the worker holds a read
 * transaction on it that began before (the pin).
 *
 * Why the pair is a state that was committed: every page that the pinned snapshot needs is in the main file as it was at
 * the pin, or in the WAL. A reader that uses the WAL (read mark > 0) keeps it from being started over, so what a
 * checkpoint writes into the main file meanwhile, even by halves, is still in the WAL, and the WAL is applied last. A
 * reader that does not use it (read mark 0) keeps checkpoints from writing to the main file at all, so the main file
 * alone is the snapshot; then the WAL may be started over, which its header shows, and it is left out. To change to or
 * from WAL mode takes an exclusive lock, which any reader stands against.
 *
 * @see https://sqlite.org/walformat.html
 */
export async function clonePair(order: CloneOrder, tell: (news: News) => Promise<void>): Promise<CloneAnswer> {
	const flush = new BackgroundFlush(order.staging);
	try {
		// However that went, nobody need be shut out of the source for as long as the rest takes.
		const wal = await copyFiles(order, flush, tell).finally(async () => tell({type: 'copied'}));
		await unlessFull(flush.end());
		if (wal !== undefined) absorbWal(order.staging, wal.frames);
		return {type: 'cloned', ...measure(order.staging)};
	} catch (error) {
		await flush.end().catch(() => undefined);
		if (error instanceof Unwritable) return {type: 'unwritable', code: codeOf(error.cause), message: error.message};
		return {type: 'unsuited', reason: messageOf(error)};
	}
}

async function copyFiles(
	{source, mark, staging}: CloneOrder,
	flush: BackgroundFlush,
	tell: (news: News) => Promise<void>,
): Promise<CopiedWal | undefined> {
	// A process that did not live to clone the source may have left one.
	rmSync(`${staging}-wal`, {force: true});
	const descriptor = openSync(source, 'r');
	try {
		const opened = identityOf(fstatSync(descriptor, {bigint: true}));
		if (markOf(opened) !== mark) throw new Error('Another file has taken the name of the source');

		// Before the main file, so that a WAL that is started over in mid-copy shows.
		const done = isWalDone(source);
		const before = readWalHeader(source);
		const version = readVersion(descriptor);
		await unlessFull(copyMain(descriptor, staging, flush, tell));
		const wal = before === undefined ? undefined : await copyWal(source, staging, {before, done});
		// Nobody can have written to a main file that is the whole snapshot, unless the lock was lost.
		if (wal === undefined && readVersion(descriptor) !== version) throw new LockLost();
		return wal;
	} finally {
		closeSync(descriptor);
	}
}

async function copyMain(
	descriptor: number,
	staging: string,
	flush: BackgroundFlush,
	tell: (news: News) => Promise<void>,
): Promise<void> {
	let begunAt = 0;
	await copyWhole(descriptor, staging, async (bytes) => {
		if (bytes - begunAt >= FLUSH_BYTES) {
			begunAt = bytes;
			flush.begin();
		}

		await tell({type: 'copying', bytes});
	});
}

/** @throws Unwritable for what a disk says that cannot take the file */
async function unlessFull(writing: Promise<void>): Promise<void> {
	try {
		await writing;
	} catch (error) {
		throw UNWRITABLE.test(codeOf(error)) ? new Unwritable(messageOf(error), {cause: error}) : error;
	}
}

/** Copies a file to a new one, up to a length, and returns how much of that there was. */
async function copyStart(source: string, target: string, length: number): Promise<number> {
	const from = openSync(source, 'r');
	try {
		const to = openSync(target, 'w', 0o600);
		try {
			return await copyBytes(from, to, length, () => Promise.resolve());
		} finally {
			closeSync(to);
		}
	} finally {
		closeSync(from);
	}
}

/** A WAL as it was before anything was copied. */
interface FoundWal {
	readonly before: WalHeader;
	/** Whether all of it was in the main file. */
	readonly done: boolean;
}

/** Undefined where the main file alone is the snapshot: the WAL has no commit, or was started over. */
async function copyWal(source: string, staging: string, {before, done}: FoundWal): Promise<CopiedWal | undefined> {
	const frames = lastCommittedFrame(source);
	const length = walLength(frames, before.pageSize);
	if (length === 0) return undefined;

	const copied = await copyStart(`${source}-wal`, `${staging}-wal`, length);

	// The name may lead to another file by now than the descriptor did, so all three are looked at.
	if (isSameHeader(before, readWalHeader(source)) && isSameHeader(before, readWalHeader(staging))) {
		if (copied < length) throw new Error('The WAL ends before its last commit');
		return {frames};
	}

	// Only one that was done with can be started over: what was in no other place would be lost.
	if (!done) throw new LockLost();
	rmSync(`${staging}-wal`, {force: true});
	return undefined;
}
