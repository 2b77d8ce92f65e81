import {BackupError} from './errors.ts';
import {findSchema, isDescriptor, isHandle, type DatabaseHandle} from './handle.ts';
import {messageOf} from './message.ts';
import type {FilledBackupOptions} from './options.ts';
import {toPath} from './paths.ts';
import type {BytesSource, FileSource, SourceRequest} from './protocol.ts';
import {show} from './validate.ts';

/** What can be backed up: a database file, or a live better-sqlite3 handle. */
export type BackupSource = string | URL | DatabaseHandle;

/**
 * Decides what the worker is to open. A database that has no file is read here and now, on the caller's thread: no
 * other thread can reach it.
 *
 * @throws TypeError for what is no source, `BackupError` for a handle that cannot be copied.
 */
export function resolveSource(source: BackupSource, options: FilledBackupOptions): SourceRequest {
	if (isHandle(source)) return fromHandle(source, options);
	if (typeof source !== 'string' && !((source as unknown) instanceof URL)) {
		throw new TypeError(
			`Expected the source to be a path, a file: URL or an open better-sqlite3 Database, but got ${show(source)}`,
		);
	}

	return fromPath(toPath(source, 'source'), options);
}

function fromPath(path: string, {name, attach = {}}: FilledBackupOptions): FileSource {
	const wanted = name.toLowerCase();
	if (wanted === 'main') return {kind: 'file', path};

	const attached = Object.entries(attach).find(([key]) => key.toLowerCase() === wanted);
	if (attached === undefined) {
		const hint =
			wanted === 'temp'
				? 'a temporary database belongs to a connection, so pass the live handle as the source'
				: 'name it in the option "attach", or pass a handle that has it attached';
		throw unknownDatabase(name, hint);
	}

	return {kind: 'file', path: toPath(attached[1], `path of the attached database ${show(name)}`)};
}

function fromHandle(handle: DatabaseHandle, {name, attach}: FilledBackupOptions): SourceRequest {
	if (!handle.open) {
		throw new BackupError(
			'ERR_BACKUP_SOURCE',
			'The source handle is closed. Back up before it is closed, or pass its path.',
		);
	}

	if (attach !== undefined) {
		throw new TypeError(
			'The backup option "attach" is for a source that is a path: a handle has its own attached databases',
		);
	}

	const schema = ask(() => findSchema(handle, name));
	if (schema === undefined) {
		// A connection lists its temporary database once something was put into it. Until then it is there, and empty.
		if (name.toLowerCase() === 'temp') return {kind: 'bytes', bytes: new ArrayBuffer(0), label: 'temp'};
		throw unknownDatabase(name, 'the source handle has no database of that name');
	}

	if (isDescriptor(schema)) {
		throw new BackupError(
			'ERR_BACKUP_SOURCE',
			'The source handle was opened from a file descriptor, which a worker cannot open again. Pass the path instead.',
		);
	}

	return schema.file === undefined ? readBytes(handle, schema.name) : {kind: 'file', path: schema.file};
}

function readBytes(handle: DatabaseHandle, name: string): BytesSource {
	if (handle.inTransaction) {
		throw new BackupError(
			'ERR_BACKUP_SOURCE',
			`The source handle is in a transaction, and a copy of its in-memory database ${show(name)} would hold rows that ` +
				'are not committed. Back up before BEGIN or after COMMIT.',
		);
	}

	// SQLite's buffer cannot be transferred to another thread, so it is copied once, into one that can.
	const bytes = ask(() =>
		isEmpty(handle, name) ? new Uint8Array() : Uint8Array.from(handle.serialize({attached: name})),
	);
	return {kind: 'bytes', bytes: bytes.buffer, label: name === 'main' ? ':memory:' : name};
}

/** Without a single page, a database would be given its first by being serialized. */
function isEmpty(handle: DatabaseHandle, name: string): boolean {
	const rows = handle.pragma(`"${name.replaceAll('"', '""')}".page_count`);
	const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
	return typeof row === 'object' && row !== null && 'page_count' in row && Number(row.page_count) === 0;
}

/** A handle may be busy, with a user-defined function or an open iterator, or out of memory. */
function ask<T>(question: () => T): T {
	try {
		return question();
	} catch (cause) {
		throw new BackupError('ERR_BACKUP_SOURCE', `The source handle could not be read: ${messageOf(cause)}`, {cause});
	}
}

function unknownDatabase(name: string, hint: string): BackupError {
	return new BackupError('ERR_BACKUP_UNKNOWN_DATABASE', `unknown database ${name}: ${hint}`);
}
