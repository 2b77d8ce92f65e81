import {BackupError} from './errors.ts';
import type {Announce} from './events.ts';
import type {FilledManagerOptions} from './manager-options.ts';

/** How full a manager is, and when it tells of that: Piscina's `needsDrain` and `drain`, for the queue before the pool. */
export class Pressure {
	readonly #limit: number;
	readonly #options: FilledManagerOptions;
	readonly #announce: Announce;
	#jobs = 0;
	#queued = 0;
	#needsDrain = false;
	/** False from the first job that waits until `drain` has told that none does. */
	#drained = true;
	/** For those who wait for room. */
	#room: PromiseWithResolvers<undefined> | undefined;

	constructor(options: FilledManagerOptions, announce: Announce) {
		this.#options = options;
		this.#limit = options.maxQueue + options.maxThreads;
		this.#announce = announce;
	}

	get needsDrain(): boolean {
		return this.#needsDrain;
	}

	/** @throws `BackupError` ERR_BACKUP_QUEUE_FULL */
	refuseWhenFull(): void {
		if (!this.#full) return;
		const {maxQueue, maxThreads} = this.#options;
		throw new BackupError(
			'ERR_BACKUP_QUEUE_FULL',
			`The queue is full: ${String(maxThreads)} jobs may run and ${String(maxQueue)} may wait. Wait for the event ` +
				'"drain", or raise "maxQueue".',
		);
	}

	/** Resolves when there may be room: others may have taken it by then, so ask again. Undefined while there is room. */
	get room(): Promise<undefined> | undefined {
		if (!this.#full) return undefined;
		return (this.#room ??= Promise.withResolvers()).promise;
	}

	/** Has those who wait for room look again. */
	wake(): void {
		this.#room?.resolve(undefined);
		this.#room = undefined;
	}

	entered(): void {
		this.#jobs++;
		this.#queued++;
		this.#drained = false;
		if (!this.#full || this.#needsDrain) return;
		this.#needsDrain = true;
		this.#announce('needsDrain');
	}

	leftQueue(): void {
		this.#queued--;
		this.#announceDrain();
	}

	/** A job's promise is settled. */
	ended(): void {
		this.#jobs--;
		this.#announceDrain();
		this.wake();
	}

	/** There is room for `maxQueue` jobs: none waits, and not even without a queue is every thread taken. */
	#announceDrain(): void {
		if (this.#drained || this.#queued > 0 || this.#full) return;
		this.#drained = true;
		this.#needsDrain = false;
		this.#announce('drain');
	}

	/** As many jobs as may run and wait. */
	get #full(): boolean {
		return this.#jobs >= this.#limit;
	}
}
