import {readdirSync, rmSync} from 'node:fs';
import {BackupError} from '../../src/errors.ts';
import {sidecarsOf} from '../../src/sidecars.ts';
import {codeOf, targetError} from '../failures.ts';
import {identityOf, isSameFile, statFile, type FileIdentity} from '../identity.ts';
import type {Patience} from '../patience.ts';
import {isBusy, openFile, type Connection} from '../sqlite.ts';

/** An old target that nobody else can read or write until it is released. */
export interface Seized {
	/**
	 * Removes its sidecars, which hold nothing any more. True if there were any, also those that SQLite has removed by now:
	 * it does not flush the directory, and a journal that a power failure brings back would be rolled back into the new file.
	 */
	removeSidecars(): boolean;
	release(): void;
}

/** Another job that publishes to the same target holds its lock for some milliseconds, which is worth waiting for. */
const ATTEMPTS = 20;
const PAUSE = 25;

/**
 * Refuses a target that is in use, as far as that can be seen, and leaves it as it is.
 *
 * @throws `BackupError` ERR_BACKUP_TARGET_IN_USE, ERR_BACKUP_TARGET
 */
export function refuseInUse(path: string, patience: Patience): void {
	lockFile(path, patience, false)?.close();
}

/**
 * Takes the old target's exclusive lock, and makes its one file the whole database: a hot journal is rolled back, a WAL
 * is checkpointed and the database leaves WAL mode. Until then its sidecars are part of it; afterwards they can go at any
 * moment, and so can a crash come at any moment. Leaving WAL mode also keeps a program that opened the old file just now,
 * and waits for the lock, from making a `-wal` that would be taken for the new file's.
 *
 * @throws `BackupError` ERR_BACKUP_TARGET_IN_USE, ERR_BACKUP_TARGET
 */
export function seize(path: string, patience: Patience): Seized {
	const before = presentSidecars(path);
	const connection = lockFile(path, patience, true);
	return {
		removeSidecars: () => {
			const present = presentSidecars(path);
			for (const sidecar of present) rmSync(sidecar, {force: true});
			return before.length > 0 || present.length > 0;
		},
		release: () => {
			connection?.close();
		},
	};
}

/** Undefined where there is no lock to take: no file of that name any more, or a damaged one. */
function lockFile(path: string, patience: Patience, makeWhole: boolean): Connection | undefined {
	for (let attempt = 1; ; attempt++) {
		const stats = statFile(path);
		if (stats === undefined) return undefined;
		const identity = identityOf(stats);
		try {
			if (isOpenHere(path, identity)) throw inUse(path, undefined);
			const connection = lockAlone(path, makeWhole);
			// Somebody else may have published between the look and the lock; then the lock is on a file without a name.
			if (isSameFile(statFile(path), identity)) return connection;
			connection?.close();
		} catch (error) {
			const passing = error instanceof BackupError && error.code === 'ERR_BACKUP_TARGET_IN_USE';
			if (!passing || attempt >= ATTEMPTS) throw error;
			patience.sleep(PAUSE);
		}
	}
}

function lockAlone(path: string, makeWhole: boolean): Connection | undefined {
	let connection: Connection | undefined;
	try {
		connection = openFile(path);
		// Before the first read: only then does SQLite see a WAL connection that is idle.
		connection.pragma('locking_mode = EXCLUSIVE');
		const mode = connection.pragma('journal_mode', {simple: true});
		// With no journal file: a program that waits with the previous file of this name open would take it for that one's,
		// roll it back there and delete it. Nor is one needed, as only the header changes, within one sector of the disk.
		if (makeWhole && mode === 'wal') connection.pragma('journal_mode = MEMORY');
		connection.exec('BEGIN EXCLUSIVE');
		return connection;
	} catch (error) {
		connection?.close();
		if (isBusy(error)) throw inUse(path, error);
		// A damaged database has nothing that could be made whole, and a read-only one that is alone is whole already.
		if (codeOf(error).startsWith('SQLITE_CORRUPT')) return undefined;
		if (/^SQLITE_(?:READONLY|IOERR_LOCK)/.test(codeOf(error)) && presentSidecars(path).length === 0) return undefined;
		throw targetError(path, error);
	}
}

export function presentSidecars(path: string): string[] {
	return sidecarsOf(path).filter((sidecar) => statFile(sidecar) !== undefined);
}

/**
 * Whether this very process has the file open, which no lock tells of an idle connection. `stat` follows the links in
 * /proc without opening anything.
 */
function isOpenHere(path: string, identity: FileIdentity): boolean {
	if (process.platform !== 'linux') return false;
	return descriptorsFor(path).some((descriptor) => {
		try {
			return isSameFile(statFile(`/proc/self/fd/${descriptor}`), identity);
		} catch {
			return false;
		}
	});
}

function descriptorsFor(path: string): string[] {
	try {
		return readdirSync('/proc/self/fd');
	} catch (error) {
		throw targetError(path, error);
	}
}

function inUse(path: string, cause: unknown): BackupError {
	return new BackupError(
		'ERR_BACKUP_TARGET_IN_USE',
		`The target ${path} is a database that is in use. Close it first, or set "existing" to 'overwrite', which writes into ` +
			'a live database.',
		{cause, sqliteCode: cause === undefined ? undefined : codeOf(cause)},
	);
}
