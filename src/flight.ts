import {setImmediate as turn} from 'node:timers/promises';
import type {BackupAllRequest, BackupAllRequests, BackupOutcome} from './backup-all.ts';
import {AbortError} from './errors.ts';
import type {JobGroup} from './job.ts';
import {RequestSource} from './request-source.ts';
import type {BackupResult} from './result.ts';
import {show} from './validate.ts';

/** What the requests of a flight are handed to. */
export interface Submission {
	/** @throws `BackupError` ERR_BACKUP_CLOSED */
	refuseWhenClosed(): void;
	/** Resolves when it is time to look again for room for one more; undefined when it can be started now. */
	room(): Promise<undefined> | undefined;
	start(request: BackupAllRequest, group: JobGroup): Promise<BackupResult>;
}

/**
 * The requests that were pulled and whose outcomes were not yet taken: never more than there is room for, however many
 * there are in all, and however slowly the outcomes are taken.
 */
export class Flight<Request extends BackupAllRequest> {
	readonly #source: RequestSource<Request>;
	readonly #room: number;
	readonly #submission: Submission;
	readonly #group = new AbortController();
	readonly #begunAt = performance.now();
	readonly #running = new Set<Promise<void>>();
	readonly #settled: BackupOutcome<Request>[] = [];
	#pulling = false;
	/** Nothing is pulled any more. */
	#ended = false;
	/** What the loop ends with, once the outcomes are taken. */
	#failure: {readonly error: unknown} | undefined;
	#cancelled = false;
	#change = Promise.withResolvers<undefined>();

	constructor(requests: BackupAllRequests<Request>, room: number, submission: Submission) {
		this.#source = new RequestSource(requests);
		this.#room = room;
		this.#submission = submission;
	}

	/**
	 * The next outcome; undefined after the last one.
	 *
	 * @throws after the last one, why there are no more: what the iterable threw, `AbortError`, `BackupError` ERR_BACKUP_CLOSED
	 */
	async next(): Promise<BackupOutcome<Request> | undefined> {
		for (;;) {
			const outcome = this.#settled.shift();
			void this.#pull();
			if (outcome !== undefined) return outcome;
			if (this.#ended && this.#running.size === 0) break;
			await this.#change.promise;
		}

		if (this.#failure !== undefined) throw this.#failure.error;
		return undefined;
	}

	/** Aborts what runs, whose outcomes are still to be taken, and pulls no more. */
	abort(reason: unknown): void {
		if (this.#ended && this.#running.size === 0) return;
		this.#end({error: new AbortError(reason)});
		this.#group.abort(reason);
	}

	/** Nobody takes outcomes any more. */
	cancel(): void {
		this.#cancelled = true;
		this.#settled.length = 0;
		this.#end();
		this.#group.abort(new Error('The loop over backupAll() was left before its end'));
	}

	/** Ends it all, at whatever point. When this returns, nothing of it is at work any more. */
	async leave(): Promise<void> {
		this.cancel();
		try {
			await this.#source.close();
		} catch (error) {
			// As in a loop of the language: what ended it comes first.
			if (this.#failure === undefined) throw error;
		} finally {
			await Promise.all(this.#running);
		}
	}

	/** Pulls requests while there is room, one at a time, and starts each. */
	async #pull(): Promise<void> {
		if (this.#pulling) return;
		this.#pulling = true;
		try {
			while (this.#hasRoom()) {
				// Others use the manager as well. What they have filled refuses each request at once, and thousands in a second.
				const full = this.#submission.room();
				if (full !== undefined) {
					await Promise.race([full, this.#change.promise]);
					continue;
				}

				this.#submission.refuseWhenClosed();
				const {done, value} = await this.#source.next();
				// One that comes after the end is not begun with.
				if (!this.#hasRoom()) break;
				if (done === true) this.#end();
				else this.#start(value);
				// A million requests of which each is refused at once would else keep the event loop from everything else.
				await turn();
			}
		} catch (error) {
			this.#end({error});
		} finally {
			this.#pulling = false;
		}
	}

	#hasRoom(): boolean {
		return !this.#ended && this.#running.size + this.#settled.length < this.#room;
	}

	#start(request: Request): void {
		const running = this.#settle(request).then((outcome) => {
			this.#running.delete(running);
			if (!this.#cancelled) this.#settled.push(outcome);
			this.#changed();
		});
		this.#running.add(running);
	}

	async #settle(request: Request): Promise<BackupOutcome<Request>> {
		try {
			if (!isObject(request)) {
				throw new TypeError(`Expected a request to be an object with a source and a target, but got ${show(request)}`);
			}

			// Room was there when it was pulled, but its iterable may have taken its time.
			const {signal} = this.#group;
			for (let full = this.#submission.room(); full !== undefined && !signal.aborted; full = this.#submission.room()) {
				await Promise.race([full, this.#change.promise]);
			}

			if (signal.aborted) throw new AbortError(signal.reason);
			const result = await this.#submission.start(request, {signal, askedAt: this.#begunAt});
			return Object.freeze({request, status: 'fulfilled', result});
		} catch (reason) {
			return Object.freeze({request, status: 'rejected', reason});
		}
	}

	#end(failure?: {readonly error: unknown}): void {
		this.#ended = true;
		this.#failure ??= failure;
		this.#changed();
	}

	#changed(): void {
		this.#change.resolve(undefined);
		this.#change = Promise.withResolvers();
	}
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}
