/** Every code that a {@link BackupError} can have. `docs/errors.md` gives each its cause and its remedy. */
export const BACKUP_ERROR_CODES = [
	'ERR_BACKUP_BUSY',
	'ERR_BACKUP_TIMEOUT',
	'ERR_BACKUP_SAME_FILE',
	'ERR_BACKUP_TARGET_EXISTS',
	'ERR_BACKUP_TARGET_IN_USE',
	'ERR_BACKUP_SOURCE',
	'ERR_BACKUP_TARGET',
	'ERR_BACKUP_VERIFY',
	'ERR_BACKUP_WAL_LIMIT',
	'ERR_BACKUP_TOO_LARGE',
	'ERR_BACKUP_WORKER',
	'ERR_BACKUP_QUEUE_FULL',
	'ERR_BACKUP_CLOSED',
	'ERR_BACKUP_UNKNOWN_DATABASE',
] as const;

/** One of {@link BACKUP_ERROR_CODES}. */
export type BackupErrorCode = (typeof BACKUP_ERROR_CODES)[number];

/** What a {@link BackupError} knows beyond its message. */
export interface BackupErrorDetails {
	/** The failure underneath, if there is one. */
	readonly cause?: unknown;
	/** SQLite's own name for it, for example `SQLITE_FULL`. */
	readonly sqliteCode?: string | undefined;
	/** The job that failed. */
	readonly jobId?: string | undefined;
}

/**
 * A backup that failed: the target is what it was before, and nothing is left behind. `docs/errors.md` has the two
 * exceptions, in which the copy may be in place.
 *
 * @example
 * ```ts
 * try {
 *   await manager.backup('app.db', 'backups/app.db');
 * } catch (error) {
 *   if (error instanceof BackupError && error.code === 'ERR_BACKUP_BUSY') retryLater();
 *   else throw error;
 * }
 * ```
 */
export class BackupError extends Error {
	/** What went wrong, stable across releases. */
	readonly code: BackupErrorCode;
	/** SQLite's result code, when SQLite said no: for example `SQLITE_FULL`. */
	declare readonly sqliteCode?: string;
	/** The job that failed; undefined for an error from before there was one. */
	declare readonly jobId?: string;

	constructor(code: BackupErrorCode, message: string, details: BackupErrorDetails = {}) {
		super(message, details.cause === undefined ? undefined : {cause: details.cause});
		this.code = code;
		// Absent rather than undefined where unknown: `declare` above keeps the class from defining them.
		if (details.sqliteCode !== undefined) this.sqliteCode = details.sqliteCode;
		if (details.jobId !== undefined) this.jobId = details.jobId;
	}
}

// On the prototype and not enumerable, as the built-in errors have it, so that printing an error shows only its facts.
Object.defineProperty(BackupError.prototype, 'name', {value: 'BackupError', configurable: true, writable: true});

/** What an aborted job rejects with: `name` is `AbortError`, `code` is `ABORT_ERR`, `cause` is the signal's reason. */
export class AbortError extends Error {
	/** As Node.js has it for what is aborted. */
	readonly code = 'ABORT_ERR';
	/** The job that was aborted; undefined where there was none yet. */
	declare readonly jobId?: string;

	constructor(reason: unknown, jobId?: string) {
		super('The backup was aborted', {cause: reason});
		if (jobId !== undefined) this.jobId = jobId;
	}
}

Object.defineProperty(AbortError.prototype, 'name', {value: 'AbortError', configurable: true, writable: true});
