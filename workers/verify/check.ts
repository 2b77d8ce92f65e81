import Database from 'better-sqlite3';
import {messageOf} from '../../src/message.ts';
import type {VerifyDepth} from '../../src/options.ts';

export interface VerifyQuestion {
	readonly path: string;
	/** `'none'`: only opens and closes it, which removes the empty `-wal` that a killed check left. */
	readonly depth: VerifyDepth | 'none';
}

export interface VerifyAnswer {
	/** What is wrong with the database, in SQLite's words; none if it is whole. */
	readonly problems: readonly string[];
	/** Why SQLite cannot check it at all, which says nothing about the database. */
	readonly obstacle?: string;
	/** Why it could not be checked this time. */
	readonly failure?: string;
}

const PROBLEMS_SHOWN = 5;

/** Has SQLite check a database that nobody else uses. Seconds to minutes for a large one, and nothing can stop it. */
export function check({path, depth}: VerifyQuestion): VerifyAnswer {
	let database: Database.Database | undefined;
	try {
		database = new Database(path, {fileMustExist: true, timeout: 0});
		// No shared memory beside a database in WAL mode, and nothing left behind.
		database.pragma('locking_mode = EXCLUSIVE');
		if (depth === 'none') {
			database.pragma('user_version');
			return {problems: []};
		}

		const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
		const rows = database
			.prepare<[], string>(`PRAGMA ${pragma}(${String(PROBLEMS_SHOWN)})`)
			.pluck()
			.all();
		return {problems: rows.length === 1 && rows[0] === 'ok' ? [] : rows};
	} catch (error) {
		return explain(error);
	} finally {
		database?.close();
	}
}

function explain(error: unknown): VerifyAnswer {
	const message = messageOf(error);
	const code = error instanceof Database.SqliteError ? error.code : '';
	// A function or a collation that only the application has.
	if (code.startsWith('SQLITE_ERROR')) return {problems: [], obstacle: message};
	// A full disk, say, or somebody's lock is not the database's fault.
	if (/^SQLITE_(?:BUSY|CANTOPEN|FULL|IOERR|LOCKED|NOMEM|PERM|READONLY)/.test(code))
		return {problems: [], failure: message};
	return {problems: [message]};
}
