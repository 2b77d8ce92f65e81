import {messageOf} from '../../message.ts';
import {inWordsOfTheShell} from '../text/words-of-the-shell.ts';

/** An error as this command tells of it, in words or as an object. */
export interface ErrorDescription {
	/** Stable across releases; `docs/errors.md` explains those that begin with `ERR_BACKUP_`. */
	readonly code: string;
	/** What went wrong, and what to do. */
	readonly message: string;
	/** SQLite's own name for it, where SQLite said no. */
	readonly sqliteCode?: string;
	/** The job that failed, if one had begun: its progress has the same. */
	readonly jobId?: string;
}

export function describeError(error: unknown): ErrorDescription {
	const [sqliteCode, jobId] = [textAt(error, 'sqliteCode'), textAt(error, 'jobId')];
	return {
		code: textAt(error, 'code') ?? 'ERR_UNEXPECTED',
		message: inWordsOfTheShell(messageOf(error)),
		...(sqliteCode === undefined ? {} : {sqliteCode}),
		...(jobId === undefined ? {} : {jobId}),
	};
}

function textAt(error: unknown, key: string): string | undefined {
	const value: unknown = error instanceof Error ? Reflect.get(error, key) : undefined;
	return typeof value === 'string' ? value : undefined;
}
