import {BackupError} from './errors.ts';
import type {ErrorRecord, FailureOutcome} from './protocol.ts';

/** Makes a class again of the plain record that crossed from the worker. */
export function toBackupError(outcome: FailureOutcome, jobId: string): BackupError {
	const {code, message, sqliteCode, cause} = outcome;
	return new BackupError(code, message, {jobId, sqliteCode, cause: cause === undefined ? undefined : toError(cause)});
}

function toError({name, message, code, stack}: ErrorRecord): Error {
	const error = new Error(message);
	Object.defineProperty(error, 'name', {value: name, configurable: true, writable: true});
	if (code !== undefined) Object.assign(error, {code});
	if (stack !== undefined) error.stack = stack;
	return error;
}
