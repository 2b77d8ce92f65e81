import {BackupError} from './errors.ts';
import type {ErrorRecord, FailureOutcome} from './protocol.ts';

/** Makes a class again of the plain record that crossed from the worker. */
export function toBackupError(outcome: FailureOutcome, jobId: string): BackupError {
	const {code, message, sqliteCode, cause} = outcome;
	return new BackupError(code, message, {jobId, sqliteCode, cause: cause === undefined ? undefined : toError(cause)});
}

export function timedOut(timeout: number, jobId: string): BackupError {
	return new BackupError(
		'ERR_BACKUP_TIMEOUT',
		`The backup ran for longer than its timeout of ${String(timeout)} ms. Raise "timeout", or back up when the ` +
			'database and the disk are less busy.',
		{jobId},
	);
}

/** An error from before its job was known to where it arose. */
export function withJobId(error: unknown, jobId: string): unknown {
	if (!(error instanceof BackupError) || error.jobId !== undefined) return error;
	const {code, message, sqliteCode, cause} = error;
	return new BackupError(code, message, {jobId, sqliteCode, cause});
}

function toError({name, message, code, stack}: ErrorRecord): Error {
	const error = new Error(message);
	Object.defineProperty(error, 'name', {value: name, configurable: true, writable: true});
	if (code !== undefined) Object.assign(error, {code});
	if (stack !== undefined) error.stack = stack;
	return error;
}
