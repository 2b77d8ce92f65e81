import {BackupError, type BackupErrorCode} from '../src/errors.ts';
import {messageOf} from '../src/message.ts';
import type {ErrorRecord, JobOutcome} from '../src/protocol.ts';
import {sqliteCodeOf} from './sqlite.ts';

/** The main thread asked the job to stop. */
export class Cancelled extends Error {
	override readonly name = 'Cancelled';
}

/** A failure as it crosses to the main thread. */
export function toOutcome(error: unknown): JobOutcome {
	if (error instanceof Cancelled) return {type: 'cancelled'};
	const known =
		error instanceof BackupError
			? error
			: new BackupError('ERR_BACKUP_WORKER', `The backup failed in a way it should not: ${messageOf(error)}`, {
					cause: error,
					sqliteCode: sqliteCodeOf(error),
				});
	return {
		type: 'failure',
		code: known.code,
		message: known.message,
		sqliteCode: known.sqliteCode,
		cause: known.cause === undefined ? undefined : toRecord(known.cause),
	};
}

/** What went wrong with the source, and what to do. */
export function sourceError(path: string, cause: unknown): BackupError {
	const advice =
		SOURCE_ADVICE.find(({pattern}) => pattern.test(codeOf(cause)))?.advice ?? 'Check the file and its permissions.';
	return wrap('ERR_BACKUP_SOURCE', `The source ${path} cannot be read`, cause, advice, sqliteCodeOf(cause));
}

/** What went wrong with the target, and what to do. */
export function targetError(path: string, cause: unknown, sqliteCode = fullCodeOf(cause)): BackupError {
	const advice =
		TARGET_ADVICE.find(({pattern}) => pattern.test(codeOf(cause)))?.advice ??
		'Check its directory and their permissions.';
	return wrap('ERR_BACKUP_TARGET', `The target ${path} cannot be written`, cause, advice, sqliteCode);
}

/** SQLite's code, also where it was the system that said the disk is full: it does not matter who wrote. */
function fullCodeOf(cause: unknown): string | undefined {
	return sqliteCodeOf(cause) ?? (/^(?:ENOSPC|EDQUOT|SQLITE_FULL)/.test(codeOf(cause)) ? 'SQLITE_FULL' : undefined);
}

interface Advice {
	readonly pattern: RegExp;
	readonly advice: string;
}

const SOURCE_ADVICE: readonly Advice[] = [
	{pattern: /^ENOENT/, advice: 'Check the path.'},
	{
		pattern: /^SQLITE_IOERR_SHM/,
		advice:
			'Most likely its disk is full. Free some space: to read a database in WAL mode, SQLite needs some beside it.',
	},
	{pattern: /^SQLITE_NOTADB/, advice: 'It is not a SQLite database, or it is encrypted.'},
	{pattern: /^SQLITE_CORRUPT/, advice: 'The database is damaged: see https://sqlite.org/recovery.html.'},
	{
		pattern: /^SQLITE_(?:CANTOPEN|READONLY|IOERR_DELETE)/,
		advice:
			'Check its permissions and those of its directory: to read a database in WAL mode, or one that a crash left in ' +
			'mid-transaction, SQLite must be able to write beside it. Or too many files are open (ulimit -n).',
	},
];

const TARGET_ADVICE: readonly Advice[] = [
	{pattern: /^(?:ENOENT|ENOTDIR)/, advice: 'Its directory does not exist. Create it first.'},
	{pattern: /^(?:ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHM)/, advice: 'The disk is full. Free some space.'},
	{
		pattern: /^(?:EACCES|EPERM|EROFS)/,
		advice: 'It or its directory is not writable. Check owner, permissions and mount.',
	},
	{pattern: /^(?:EMFILE|ENFILE)/, advice: 'Too many files are open. Raise the limit (ulimit -n) or lower maxThreads.'},
	{
		pattern: /^SQLITE_CANTOPEN/,
		advice: 'Check its permissions and those of its directory. Or too many files are open (ulimit -n).',
	},
	{
		pattern: /^(?:EFBIG|SQLITE_IOERR)/,
		advice: "Check the disk, its quota, and the limit of a file's size (ulimit -f).",
	},
	{pattern: /^SQLITE_READONLY_DBMOVED/, advice: 'Another file took its name meanwhile. Run it again.'},
	{pattern: /^SQLITE_NOTADB/, advice: 'It exists and is not a SQLite database. Remove it or choose another target.'},
];

function wrap(
	code: BackupErrorCode,
	what: string,
	cause: unknown,
	advice: string,
	sqliteCode: string | undefined,
): BackupError {
	if (cause instanceof BackupError) return cause;
	if (UNLOADABLE.test(codeOf(cause))) return unloadable(cause);
	return new BackupError(code, `${what}: ${messageOf(cause)}. ${advice}`, {cause, sqliteCode});
}

/** What Node.js says of the binary of better-sqlite3, which is loaded by the first who opens a database. */
const UNLOADABLE = /^(?:MODULE_NOT_FOUND|ERR_DLOPEN_FAILED)$/;

function unloadable(cause: unknown): BackupError {
	const [what = ''] = messageOf(cause).split('\n');
	return new BackupError(
		'ERR_BACKUP_WORKER',
		`better-sqlite3 cannot be loaded: ${what}. Build it for this Node.js: npm rebuild better-sqlite3`,
		{cause},
	);
}

/** SQLite's code or the system's, whichever there is. */
export function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An error of another process. */
export function toError({message, code}: {readonly message: string; readonly code: string}): Error {
	return Object.assign(new Error(message), {code});
}

function toRecord(cause: unknown): ErrorRecord {
	if (!(cause instanceof Error)) return {name: 'Error', message: String(cause), code: undefined, stack: undefined};
	return {name: cause.name, message: cause.message, code: codeOf(cause) || undefined, stack: cause.stack};
}
