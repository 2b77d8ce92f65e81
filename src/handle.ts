import {isAbsolute} from 'node:path';

/**
 * What a live handle must be able to do: the narrowest part of a better-sqlite3 `Database` that serves, so that an ORM's
 * inner handle fits as well.
 */
export interface DatabaseHandle {
	/** False once it is closed. */
	readonly open: boolean;
	/** True between BEGIN and COMMIT. */
	readonly inTransaction: boolean;
	/** Runs a pragma and returns its rows. */
	pragma(source: string): unknown;
	/** Compiles a query. */
	prepare(source: string): PreparedQuery;
	/** The bytes of one of its databases. */
	serialize(options?: {attached?: string}): Uint8Array;
}

/** A query that a handle has compiled. */
export interface PreparedQuery {
	/** Runs it and returns its rows. */
	all(): unknown[];
}

/** One database of a connection: its file, or `undefined` where it has none. */
export interface SchemaFile {
	readonly name: string;
	readonly file: string | undefined;
}

export function isHandle(value: unknown): value is DatabaseHandle {
	return (
		typeof value === 'object' &&
		value !== null &&
		'open' in value &&
		typeof value.open === 'boolean' &&
		['pragma', 'prepare', 'serialize'].every((method) => hasMethod(value, method))
	);
}

/**
 * Looks a database up by name on its own connection. SQLite compares these names without regard to case.
 *
 * @throws what the handle throws, for example while it runs a user-defined function.
 */
export function findSchema(handle: DatabaseHandle, name: string): SchemaFile | undefined {
	const wanted = name.toLowerCase();
	return listSchemas(handle).find((schema) => schema.name.toLowerCase() === wanted);
}

/** A handle that was opened from a file descriptor names no file that another thread could open. */
export function isDescriptor(schema: SchemaFile): boolean {
	return schema.file !== undefined && !isAbsolute(schema.file);
}

function listSchemas(handle: DatabaseHandle): SchemaFile[] {
	return readRows(handle).map((row) => {
		if (!isSchemaRow(row))
			throw new TypeError('The handle lists its databases in a form that better-sqlite3 does not use');
		return {name: row.name, file: row.file === '' || row.file === null ? undefined : row.file};
	});
}

function readRows(handle: DatabaseHandle): unknown[] {
	try {
		// The pragma reads nothing from the file, so it cannot wait for anybody's lock on the caller's thread.
		const rows = handle.pragma('database_list');
		if (Array.isArray(rows)) return rows;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
	}

	// better-sqlite3 refuses a pragma while an iterator is open on the handle, but allows a query.
	return handle.prepare('SELECT name, file FROM pragma_database_list').all();
}

function isSchemaRow(row: unknown): row is {name: string; file: string | null} {
	return (
		typeof row === 'object' &&
		row !== null &&
		'name' in row &&
		typeof row.name === 'string' &&
		'file' in row &&
		(row.file === null || typeof row.file === 'string')
	);
}

function hasMethod(value: object, method: string): boolean {
	return method in value && typeof Reflect.get(value, method) === 'function';
}
