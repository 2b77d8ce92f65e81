import {realpathSync} from 'node:fs';
import {BackupError} from '../../src/errors.ts';
import type {BytesSource, FileSource, SourceRequest} from '../../src/protocol.ts';
import {explainTrimmed, isTrimmed} from '../../src/trimmed.ts';
import {sourceError} from '../failures.ts';
import {assertPlainSidecars, identityOf, isSameFile, statFile, type FileIdentity} from '../identity.ts';
import {leaveWalModeInMemory} from '../journal-mode.ts';
import {openBytes, openFile, sqliteCodeOf, type Connection} from '../sqlite.ts';

/** A source that is open for reading. */
export interface Source {
	/** The file, links followed, or what the result calls a database without one. */
	readonly name: string;
	readonly connection: Connection;
	/** Undefined for a database in memory. */
	readonly file: SourceFile | undefined;
	/** The bytes of a database in memory, as they would be in a file. */
	readonly image: Uint8Array | undefined;
	/** Closes it in such a way that the source stays as it was found. */
	close(): void;
}

export interface SourceFile {
	readonly path: string;
	readonly identity: FileIdentity;
	/** Permission bits. */
	readonly mode: number;
	readonly group: bigint;
	/** Bytes when it was found, those in its WAL not counted. */
	readonly size: bigint;
}

/** The most bytes of a file that SQLite takes for a database of no pages. */
export const EMPTY_BYTES = 1n;

/**
 * Finds the file, links followed, without opening it.
 *
 * @throws `BackupError` ERR_BACKUP_SOURCE
 */
export function findSourceFile({path}: FileSource): SourceFile {
	try {
		const real = realpathSync.native(path);
		if (isTrimmed(real)) throw new Error(explainTrimmed(real));
		const stats = statFile(real);
		if (stats?.isFile() !== true) throw new Error('it is not a regular file');
		assertPlainSidecars(real);
		// SQLite would take it for an empty database, and remove the WAL.
		if (stats.size <= EMPTY_BYTES && hasWal(real)) throw new Error('it is empty, but the "-wal" beside it is not');
		return {
			path: real,
			identity: identityOf(stats),
			mode: Number(stats.mode) & 0o777,
			group: stats.gid,
			size: stats.size,
		};
	} catch (error) {
		throw sourceError(path, error);
	}
}

/** @throws `BackupError` ERR_BACKUP_SOURCE */
export function openSource(request: SourceRequest, file: SourceFile | undefined): Source {
	if (request.kind === 'bytes') return fromBytes(request);
	return fromFile(file ?? findSourceFile(request));
}

/** Bytes in the WAL of a database; 0 where there is none. */
export function walSize(path: string): number {
	return Number(statFile(`${path}-wal`)?.size ?? 0n);
}

export function hasWal(path: string): boolean {
	return walSize(path) > 0;
}

/**
 * The file must be the one that was found, before and after: a source that is renamed over in mid-copy would otherwise
 * give pages of one file and the WAL of another.
 *
 * @throws `BackupError` ERR_BACKUP_SOURCE
 */
export function assertUnmoved({file}: Source): void {
	if (file === undefined || isSameFile(statFile(file.path), file.identity)) return;
	throw new BackupError(
		'ERR_BACKUP_SOURCE',
		`The source ${file.path} was removed or replaced by another file in the middle of the backup. Run the backup again.`,
	);
}

function fromBytes({bytes, label}: BytesSource): Source {
	const image = new Uint8Array(bytes);
	leaveWalModeInMemory(image);
	let connection: Connection | undefined;
	return {
		name: label,
		// Only where it is needed: SQLite takes a copy of its own.
		get connection() {
			return (connection ??= openBytes(image));
		},
		file: undefined,
		image,
		close: () => {
			connection?.close();
		},
	};
}

function fromFile(file: SourceFile): Source {
	const connection = open(file.path);
	return {
		name: file.path,
		connection,
		file,
		image: undefined,
		close: () => {
			closeWithoutCheckpoint(connection, file.path);
		},
	};
}

/**
 * Read-only beside a WAL that holds something: the last connection that can write would move the whole WAL into the
 * database when it closes. Otherwise read-write, which can roll back a hot journal, and which, on closing last, takes
 * the empty `-wal` and `-shm` away again that SQLite makes beside a database in WAL mode.
 */
function open(path: string): Connection {
	try {
		if (!hasWal(path)) return openFile(path);
		const connection = openFile(path, {readonly: true});
		if (canRead(connection)) return connection;
		connection.close();
		return openFile(path);
	} catch (error) {
		throw sourceError(path, error);
	}
}

/** False where only a connection that can write gets on: a journal must be rolled back first. */
function canRead(connection: Connection): boolean {
	try {
		connection.pragma('main.user_version');
		return true;
	} catch (error) {
		// Any other failure comes up again where it is waited for, or told of.
		return sqliteCodeOf(error) !== 'SQLITE_READONLY_ROLLBACK';
	}
}

/**
 * A connection that was opened read-write beside an empty WAL may find it filled when it closes. If it were the last
 * one then, it would check the WAL into the database and delete it. With a reader open it is not the last; and a reader
 * that closes last leaves everything as it is. https://sqlite.org/wal.html#ckpt
 */
function closeWithoutCheckpoint(connection: Connection, path: string): void {
	if (connection.readonly || !hasWal(path)) {
		connection.close();
		return;
	}

	let guard: Connection | undefined;
	try {
		guard = openFile(path, {readonly: true});
		guard.pragma('main.user_version');
	} catch {
		// Locked or gone: then somebody else has it open, or there is nothing left to guard.
	} finally {
		connection.close();
		guard?.close();
	}
}
