import Database from 'better-sqlite3';

export interface VerifyQuestion {
	readonly path: string;
	readonly depth: 'quick' | 'full';
}

export interface VerifyAnswer {
	/** What is wrong with the database, in SQLite's words; none if it is whole. */
	readonly problems: readonly string[];
	/** Why it could not be checked at all. */
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
		const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
		const rows = database
			.prepare<[], string>(`PRAGMA ${pragma}(${String(PROBLEMS_SHOWN)})`)
			.pluck()
			.all();
		return {problems: rows.length === 1 && rows[0] === 'ok' ? [] : rows};
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		// A full disk, say, is not the database's fault.
		const environment =
			error instanceof Database.SqliteError && /^SQLITE_(?:CANTOPEN|IOERR|FULL|NOMEM|PERM)/.test(error.code);
		return environment ? {problems: [], failure: message} : {problems: [message]};
	} finally {
		database?.close();
	}
}
