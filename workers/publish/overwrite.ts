import {existsSync} from 'node:fs';
import {BackupError} from '../../src/errors.ts';
import {messageOf} from '../../src/message.ts';
import {checkpoint} from '../checkpoint.ts';
import type {JobContext} from '../context.ts';
import {Cancelled, codeOf, targetError} from '../failures.ts';
import {statFile} from '../identity.ts';
import {leaveWalMode} from '../journal-mode.ts';
import {openFile, type Connection} from '../sqlite.ts';
import {flushFile} from './flush.ts';
import type {Target} from './inspect.ts';
import {LiveTarget} from './live-target.ts';
import {beginPublishing, type FinishedCopy, type Publisher} from './publisher.ts';
import {linkNew} from './link-new.ts';
import {replace} from './replace.ts';

/** What is written in one native call at the most; an abort is seen between two. */
const SLICE_BYTES = 4 * 1024 * 1024;

/**
 * `existing: 'overwrite'`. SQLite writes the staged copy into the target in one transaction: whoever has it open sees the
 * old database until the commit and the new one after it. A crash leaves a journal, or WAL frames without a commit, from
 * which SQLite goes back to the old one.
 */
export const overwrite: Publisher = async (copy, job, announce) => {
	const {staging, target, copied, safety} = copy;
	if (statFile(target.path) === undefined) {
		// Where all that is overwritten is to be kept, a database that somebody makes just now must not be renamed over.
		await (safety === undefined ? replace : linkNew)(copy, job, announce);
		return;
	}

	const live = new LiveTarget(target.path);
	try {
		if (copied.pages > 0) leaveWalMode(staging.path);
		// The time that the copy took is none that the target was locked.
		job.patience.progressed();
		// Tried once while the callback may still be told of it, then without: the target must not be locked while this
		// thread waits for the main thread, which may be waiting for the target.
		job.patience.attempt('target', () => {
			const {connection} = live;
			connection.exec('BEGIN EXCLUSIVE');
			try {
				refuseOtherPageSize(copy, connection, job);
			} finally {
				connection.exec('ROLLBACK');
			}
		});
		await safety?.prepare();
		announce();
		job.patience.progressed();
		await write(copy, live, job);
		makeDurable(live, target);
	} catch (error) {
		throw error instanceof Cancelled ? error : targetError(target.path, error);
	} finally {
		live.close();
	}
};

/** Of a database that is open. Not by the pragma: it parses the schema first, and a damaged target is one to overwrite. */
function isWal(path: string): boolean {
	return existsSync(`${path}-wal`);
}

function pageSizeOf(connection: Connection): number {
	return Number(connection.pragma('page_size', {simple: true}));
}

/** A live database keeps its own journal mode; SQLite itself makes the copy one of WAL mode where the target is. */
function refuseOtherPageSize({target, copied}: FinishedCopy, live: Connection, {request}: JobContext): void {
	const pageSize = pageSizeOf(live);
	if (copied.pages === 0 || pageSize === copied.pageSize || !isWal(target.path)) return;
	const isRestore = request.restore !== undefined;
	const replace = isRestore ? 'Close it and copy the backup over it' : 'Close it and set "existing" to \'replace\'';
	throw new BackupError(
		'ERR_BACKUP_TARGET',
		`The target ${target.path} is in WAL mode and has pages of ${String(pageSize)} bytes, the source of ` +
			`${String(copied.pageSize)}; SQLite cannot change that in WAL mode. ${replace}, or take it out of WAL mode first ` +
			'(PRAGMA journal_mode = DELETE).',
		{sqliteCode: 'SQLITE_READONLY'},
	);
}

/** The transaction. It begins by locking the target, and the first slice tells whether that worked. */
async function write(copy: FinishedCopy, live: LiveTarget, job: JobContext): Promise<void> {
	const {staging, target, copied, safety} = copy;
	const source = openFile(staging.path);
	try {
		// A database of no pages at all cannot be told from a locked target, so it is given its first, of the target's size.
		if (copied.pages === 0) {
			source.pragma(`page_size = ${String(pageSizeOf(live.connection))}`);
			source.pragma('user_version = 0');
		}

		const slicePages = Math.max(1, Math.floor(SLICE_BYTES / pageSizeOf(source)));
		for (;;) {
			let obstacle: unknown;
			try {
				const {totalPages} = await source.backup(target.path, {
					progress({remainingPages}) {
						job.patience.throwIfCancelled();
						// The target is locked, and stands still until it is kept.
						if (safety?.taken(isWal(target.path)) === false) return 0;
						if (remainingPages <= slicePages) {
							// The last slice commits.
							beginPublishing(job);
							safety?.publish();
						}

						return slicePages;
					},
				});
				if (totalPages > 0) return;
			} catch (error) {
				// Somebody has renamed another file over the one that was just opened: nothing was written, and that is the target
				// now. What was kept of the old one is not its state.
				if (codeOf(error) !== 'SQLITE_READONLY_DBMOVED' || safety !== undefined) throw error;
				job.control.takeBackPublishing();
				refuseOtherPageSize(copy, live.connection, job);
				obstacle = error;
			}

			job.patience.wait('target', obstacle, true);
		}
	} finally {
		source.close();
	}
}

/**
 * A commit into a rollback-journal database is on the disk once its journal is gone from the directory for good. Of one
 * into a WAL, nothing is flushed by better-sqlite3's connection, so a checkpoint of our own does it. A reader on an older
 * snapshot may keep that from getting to the end; then the `-wal` itself is flushed, on which SQLite holds no locks that
 * closing a descriptor could drop.
 */
function makeDurable(live: LiveTarget, {path}: Target): void {
	try {
		if (isWal(path) && !moveWal(live.connection)) flushFile(`${path}-wal`);
	} catch (cause) {
		throw new BackupError(
			'ERR_BACKUP_TARGET',
			`The copy is in place, but could not be flushed to the disk in ${path}-wal: ${messageOf(cause)}. Until the next ` +
				'checkpoint, a power failure may bring the old state back. Check the disk, and run it again.',
			{cause},
		);
	}
}

/** False where it did not get to the end. That includes a full disk: the commit is whole in the WAL, and can stay there. */
function moveWal(live: Connection): boolean {
	try {
		live.pragma('synchronous = FULL');
		const {busy, log, checkpointed} = checkpoint(live, 'PASSIVE');
		return busy === 0 && log === checkpointed;
	} catch {
		return false;
	}
}
