import {readdirSync, rmSync} from 'node:fs';
import {BackupError} from '../../src/errors.js';
import {sidecarsOf} from '../../src/sidecars.js';
import {codeOf, targetError} from '../failures.js';
import {identityOf, isSameFile, statFile} from '../identity.js';
import {isBusy, openFile, type Connection} from '../sqlite.js';

/** An old target that nobody else can read or write until it is released. */
export interface Seized {
	/** Removes its sidecars; they hold nothing any more. True if there were any. */
	removeSidecars(): boolean;
	release(): void;
}

/**
 * Takes the old target's exclusive lock, and makes its one file the whole database: a hot journal is rolled back, a WAL
 * is checkpointed and the database leaves WAL mode. Until then its sidecars are part of it. Afterwards they can be
 * removed at any moment, and so can a crash come at any moment. Leaving WAL mode also keeps a program that opened the
 * old file just now, and waits for the lock, from making a `-wal` that would be taken for the new file's.
 *
 * @throws `BackupError` ERR_BACKUP_TARGET_IN_USE, ERR_BACKUP_TARGET
 */
export function seize(path: string): Seized {
	if (isOpenHere(path)) throw inUse(path, undefined);
	const connection = lockAlone(path);
	return {
		removeSidecars: () => {
			const present = sidecarsOf(path).filter((sidecar) => statFile(sidecar) !== undefined);
			for (const sidecar of present) rmSync(sidecar, {force: true});
			return present.length > 0;
		},
		release: () => {
			connection?.close();
		},
	};
}

/** Undefined for a damaged database, which has no lock to take and nothing to make whole. */
function lockAlone(path: string): Connection | undefined {
	let connection: Connection | undefined;
	try {
		connection = openFile(path);
		// Before the first read: only then does SQLite see a WAL connection that is idle.
		connection.pragma('locking_mode = EXCLUSIVE');
		if (connection.pragma('journal_mode', {simple: true}) === 'wal') connection.pragma('journal_mode = DELETE');
		connection.exec('BEGIN EXCLUSIVE');
		return connection;
	} catch (error) {
		connection?.close();
		if (isBusy(error)) throw inUse(path, error);
		if (codeOf(error).startsWith('SQLITE_CORRUPT')) return undefined;
		throw targetError(path, error);
	}
}

/**
 * Whether this very process has the file open, which no lock tells of an idle connection. `stat` follows the links in
 * /proc without opening anything.
 */
function isOpenHere(path: string): boolean {
	const stats = statFile(path);
	if (stats === undefined || process.platform !== 'linux') return false;
	const identity = identityOf(stats);
	return readdirSync('/proc/self/fd').some((descriptor) => {
		try {
			return isSameFile(statFile(`/proc/self/fd/${descriptor}`), identity);
		} catch {
			return false;
		}
	});
}

function inUse(path: string, cause: unknown): BackupError {
	return new BackupError(
		'ERR_BACKUP_TARGET_IN_USE',
		`The target ${path} is a database that is in use. Close it first, or set "existing" to 'overwrite', which writes into ` +
			'a live database.',
		{cause, sqliteCode: cause === undefined ? undefined : codeOf(cause)},
	);
}
