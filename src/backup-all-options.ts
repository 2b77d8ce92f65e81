import type {FilledManagerOptions} from './manager-options.ts';
import {isAbortSignal} from './validate-backup.ts';
import {checkOptions, instance, integer, show, type Checks} from './validate.ts';

/** The options of {@link BackupManager.backupAll}. */
export interface BackupAllOptions {
	/**
	 * Requests in flight at the most, 1 or more: those that are queued or run, and those that have settled and wait to be
	 * taken by the loop. While the manager has no room for one more, because others use it too or because this is more than
	 * `maxThreads` and `maxQueue` together allow, none is pulled.
	 * @default twice `maxThreads`, or less where `maxQueue` allows less: no thread waits for the next request
	 */
	readonly concurrency?: number | undefined;
	/**
	 * Aborts what is in flight, and pulls no more. The loop still gets an outcome for each of these, then it ends by
	 * throwing an `AbortError` whose `cause` is the signal's reason.
	 */
	readonly signal?: AbortSignal | undefined;
}

/** {@link BackupAllOptions} after validation. */
export interface FilledBackupAllOptions {
	readonly concurrency: number;
	readonly signal: AbortSignal | undefined;
}

const CHECKS: Checks<BackupAllOptions> = {
	concurrency: integer({min: 1}),
	signal: instance('an AbortSignal', isAbortSignal),
};

/**
 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
 */
export function fillBackupAllOptions(
	{maxThreads, maxQueue}: FilledManagerOptions,
	given: BackupAllOptions,
): FilledBackupAllOptions {
	return Object.freeze({
		concurrency: maxThreads + Math.min(maxThreads, maxQueue),
		signal: undefined,
		...checkOptions('backupAll option', given, CHECKS),
	});
}

/**
 * @throws TypeError for what cannot be iterated over. Of a string's characters none is a request.
 */
export function checkRequests(requests: unknown): void {
	const iterable =
		typeof requests === 'object' &&
		requests !== null &&
		[Symbol.asyncIterator, Symbol.iterator].some((key) => typeof Reflect.get(requests, key) === 'function');
	if (iterable) return;
	throw new TypeError(
		`Expected the requests to be an iterable or async iterable of {source, target, options}, but got ${show(requests)}`,
	);
}
