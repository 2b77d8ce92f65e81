import {messageOf} from '../../src/message.ts';
import {codeOf} from '../failures.ts';
import {identityOf, markOf, statFile} from '../identity.ts';
import {openSource, type SourceFile} from '../source/open.ts';
import {isBusy, type Connection} from '../sqlite.ts';

export interface VacuumOrder {
	/** Links followed. */
	readonly source: string;
	/** Which file that must be: see `markOf`. */
	readonly mark: string;
	/** An empty file. */
	readonly staging: string;
}

export interface Vacuumed {
	/** Whether the source is in WAL mode. */
	readonly wal: boolean;
}

export type VacuumAnswer =
	| ({readonly type: 'vacuumed'} & Vacuumed)
	/** A lock stands in the way: to be tried again. */
	| {readonly type: 'busy'; readonly code: string; readonly message: string}
	/**
	 * Another strategy must do it: the schema needs functions of the application, say. Also where the disk is full, as SQLite
	 * says so of some damaged databases.
	 */
	| {readonly type: 'unsuited'; readonly reason: string};

/**
 * `VACUUM INTO`, on connections of its own, which wait for no lock.
 *
 * VACUUM takes the lock of a reader several times, and none of them may be refused: beside a busy writer in
 * rollback-journal mode that is next to never. So another connection of this process takes it once, and holds it. With that,
 * SQLite grants it to any connection of the process at once on a POSIX system, also where a writer already waits for the
 * readers to leave.
 *
 * @see https://sqlite.org/lockingv3.html#locking
 */
export function vacuumInto({source, mark, staging}: VacuumOrder): VacuumAnswer {
	try {
		const pin = openSource({kind: 'file', path: source}, undefined);
		try {
			// Before, because SQLite would take the journal of a file that was renamed over this one for this one's, roll it back
			// and delete it; and after, because what was read is the source only if the name is still the same file's.
			assertMark(pin.file, mark);
			pin.connection.exec('BEGIN');
			// Its first read takes the lock.
			pin.connection.pragma('main.user_version');
			assertMark(pin.file, mark);
			return vacuumPinned(source, mark, staging);
		} finally {
			if (pin.connection.inTransaction) pin.connection.exec('ROLLBACK');
			pin.close();
		}
	} catch (error) {
		return explain(error);
	}
}

function vacuumPinned(path: string, mark: string, staging: string): VacuumAnswer {
	const source = openSource({kind: 'file', path}, undefined);
	try {
		const vacuumed = vacuum(source.connection, staging);
		assertMark(source.file, mark);
		return {type: 'vacuumed', ...vacuumed};
	} finally {
		source.close();
	}
}

/**
 * It holds one read transaction for as long as it takes, and the copy is a rollback-journal database.
 *
 * @see https://sqlite.org/lang_vacuum.html#vacuuminto
 */
export function vacuum(connection: Connection, staging: string): Vacuumed {
	connection.prepare('VACUUM main INTO ?').run(staging);
	return {wal: connection.pragma('main.journal_mode', {simple: true}) === 'wal'};
}

/** Both what was opened and what has the name now must be the file that was found. */
function assertMark(file: SourceFile | undefined, mark: string): void {
	const stats = file === undefined ? undefined : statFile(file.path);
	if (
		file !== undefined &&
		markOf(file.identity) === mark &&
		stats !== undefined &&
		markOf(identityOf(stats)) === mark
	) {
		return;
	}

	throw new Error('Another file has taken the name of the source');
}

function explain(error: unknown): VacuumAnswer {
	const [code, message] = [codeOf(error), messageOf(error)];
	if (isBusy(error)) return {type: 'busy', code, message};
	return {type: 'unsuited', reason: message};
}
