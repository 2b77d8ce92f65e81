import type {FilledBackupAllOptions} from './backup-all-options.ts';
import {AbortError} from './errors.ts';
import {Flight, type Submission} from './flight.ts';
import type {BackupOptions} from './options.ts';
import type {BackupResult} from './result.ts';
import type {BackupSource} from './source.ts';
import type {BackupTarget} from './target.ts';
import {whenAborted} from './when-aborted.ts';

/**
 * One backup of many: what {@link BackupManager.backup} is called with. It may have properties of your own as well, by
 * which you know it again in its outcome.
 */
export interface BackupAllRequest {
	/** What is copied. */
	readonly source: BackupSource;
	/** Where the copy goes. */
	readonly target: BackupTarget;
	/** Options of this one, over the manager's `defaults`. Its own `signal` aborts it alone. */
	readonly options?: BackupOptions | undefined;
}

/** Requests in any number: an array, a generator, a stream of objects. */
export type BackupAllRequests<Request extends BackupAllRequest = BackupAllRequest> =
	Iterable<Request> | AsyncIterable<Request>;

/** A request whose copy is in place. */
export interface FulfilledBackup<Request extends BackupAllRequest = BackupAllRequest> {
	/** The very object that was pulled. */
	readonly request: Request;
	/** As in `Promise.allSettled`. */
	readonly status: 'fulfilled';
	/** What {@link BackupManager.backup} resolves to. */
	readonly result: BackupResult;
}

/** A request that was refused, that failed or that was aborted. Its target is what it was. */
export interface RejectedBackup<Request extends BackupAllRequest = BackupAllRequest> {
	/** The very object that was pulled. */
	readonly request: Request;
	/** As in `Promise.allSettled`. */
	readonly status: 'rejected';
	/** What {@link BackupManager.backup} rejects with. */
	readonly reason: unknown;
}

/** How one request of {@link BackupManager.backupAll} ended. */
export type BackupOutcome<Request extends BackupAllRequest = BackupAllRequest> =
	FulfilledBackup<Request> | RejectedBackup<Request>;

/** The loop over many backups, which starts when the first outcome is asked for. */
export function backupAll<Request extends BackupAllRequest>(
	requests: BackupAllRequests<Request>,
	{concurrency, signal}: FilledBackupAllOptions,
	submission: Submission,
): AsyncGenerator<BackupOutcome<Request>, void, undefined> {
	const flight = new Flight(requests, concurrency, submission);
	const outcomes = takeAll(flight, signal, submission);
	return {
		next: async () => await outcomes.next(),
		// A generator would hear of these two only once an outcome that it waits for is there.
		async return() {
			flight.cancel();
			return await outcomes.return();
		},
		async throw(error) {
			flight.cancel();
			return await outcomes.throw(error);
		},
		[Symbol.asyncIterator]() {
			return this;
		},
		async [Symbol.asyncDispose]() {
			await this.return();
		},
	};
}

async function* takeAll<Request extends BackupAllRequest>(
	flight: Flight<Request>,
	signal: AbortSignal | undefined,
	submission: Submission,
): AsyncGenerator<BackupOutcome<Request>, void, undefined> {
	submission.refuseWhenClosed();
	if (signal?.aborted === true) throw new AbortError(signal.reason);
	const forget = whenAborted(signal, (reason) => {
		flight.abort(reason);
	});
	try {
		for (let outcome = await flight.next(); outcome !== undefined; outcome = await flight.next()) yield outcome;
	} finally {
		forget();
		await flight.leave();
	}
}
