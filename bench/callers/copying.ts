import {dirname} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {messageOf} from '../../src/message.js';
import {flushDirectory} from '../sides/batch.js';
import type {Copied, Opened} from './caller.js';

/** How a copy is asked for. */
export interface Requested {
	/** Whether it may be aborted. */
	readonly stoppable: boolean;
	/** Whether the name of the copy is flushed after it, for those that do not do so themselves. */
	readonly flush: boolean;
}

/** The way that is the default of each. */
export const AS_BY_DEFAULT: Requested = {stoppable: false, flush: false};

/** How the copy stands. */
export type Outcome = Fulfilled | Rejected | Pending;

interface Common {
	/** Since it was begun. */
	readonly seconds: number;
	/** Steps that got no further, where that is known. */
	readonly setbacks: number;
}

export interface Fulfilled extends Common {
	readonly state: 'fulfilled';
	readonly copied: Copied;
	/** Between the abort and this, if there was an abort. */
	readonly afterAbortMs: number | undefined;
}

export interface Rejected extends Common {
	readonly state: 'rejected';
	readonly afterAbortMs: number | undefined;
	readonly message: string;
	/** Such as `SQLITE_BUSY`. */
	readonly code: string | undefined;
}

export interface Pending extends Common {
	readonly state: 'pending';
}

/** A copy that was begun. */
export class Copying {
	/** How it ended. */
	readonly settled: Promise<Fulfilled | Rejected>;
	readonly #controller = new AbortController();
	readonly #start = performance.now();
	#setbacks = 0;
	#abortedAt: number | undefined;

	constructor(opened: Opened, target: string, {stoppable, flush}: Requested) {
		const copy = async (): Promise<Copied> => {
			const copied = await opened.copy(target, {
				stop: stoppable ? this.#controller.signal : undefined,
				onSetbacks: (times) => {
					this.#setbacks += times;
				},
			});
			if (flush) await flushDirectory(dirname(target));
			return copied;
		};
		this.settled = copy().then(
			(copied) => ({...this.#ended(), state: 'fulfilled', copied}),
			(error: unknown) => ({...this.#ended(), state: 'rejected', message: messageOf(error), code: codeOf(error)}),
		);
	}

	abort(): void {
		this.#abortedAt = performance.now();
		this.#controller.abort();
	}

	/** @param limit ms to wait for its end, or `Infinity` */
	async outcome(limit: number): Promise<Outcome> {
		if (limit === Infinity) return this.settled;
		const watch = new AbortController();
		const pending = sleep(limit, undefined, {signal: watch.signal}).then((): Pending => ({
			...this.#common(),
			state: 'pending',
		}));
		pending.catch(() => undefined);
		try {
			return await Promise.race([this.settled, pending]);
		} finally {
			watch.abort();
		}
	}

	#common(): Common {
		return {seconds: (performance.now() - this.#start) / 1000, setbacks: this.#setbacks};
	}

	#ended(): Common & {readonly afterAbortMs: number | undefined} {
		const afterAbortMs = this.#abortedAt === undefined ? undefined : performance.now() - this.#abortedAt;
		return {...this.#common(), afterAbortMs};
	}
}

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
