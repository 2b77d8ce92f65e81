/**
 * The few words of shared memory between a job's two sides.
 *
 * The state word decides who wins when an abort meets the end of a copy. It leaves `RUNNING` once, by a
 * compare-exchange: to `CANCELLED` by the main thread, after which nothing is published any more, or to `PUBLISHING` by
 * the worker, after which an abort comes too late and the job's own outcome stands. So a rejected job never changes its
 * target, and a changed target never belongs to a rejected job.
 */
const STATE = 0;
const STARTED = 1;
const ACKNOWLEDGED = 2;
const WAKE = 3;
const WORDS = 4;

const RUNNING = 0;
const CANCELLED = 1;
const PUBLISHING = 2;

/** A longer wait is made of several: `Atomics.wait` takes no more than a signed 32-bit number of ms in one go. */
const LONGEST_WAIT = 2 ** 31 - 1;

export class Control {
	readonly buffer: SharedArrayBuffer;
	readonly #words: Int32Array<SharedArrayBuffer>;

	constructor(buffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
		this.buffer = buffer;
		this.#words = new Int32Array(buffer);
	}

	/** Main side. False: too late, the worker is publishing. */
	cancel(): boolean {
		if (Atomics.compareExchange(this.#words, STATE, RUNNING, CANCELLED) === PUBLISHING) return false;
		this.#wake();
		return true;
	}

	get cancelled(): boolean {
		return Atomics.load(this.#words, STATE) === CANCELLED;
	}

	/** Worker side, just before the target is changed. False: the job was cancelled first. */
	beginPublishing(): boolean {
		return Atomics.compareExchange(this.#words, STATE, RUNNING, PUBLISHING) !== CANCELLED;
	}

	/** Worker side: nothing was published after all, and an abort is in time again. */
	takeBackPublishing(): void {
		Atomics.compareExchange(this.#words, STATE, PUBLISHING, RUNNING);
	}

	/** Worker side: from here on there may be something to clean up. */
	markStarted(): void {
		Atomics.store(this.#words, STARTED, 1);
	}

	get started(): boolean {
		return Atomics.load(this.#words, STARTED) === 1;
	}

	/** Main side: `count` more step reports have been through the callback. */
	acknowledge(count: number): void {
		Atomics.add(this.#words, ACKNOWLEDGED, count);
		this.#wake();
	}

	/** How many step reports were acknowledged, as a 32-bit counter that wraps; compare by difference. */
	get acknowledged(): number {
		return Atomics.load(this.#words, ACKNOWLEDGED);
	}

	/**
	 * Worker side: sleeps until the main thread acknowledges or cancels, `ms` at the longest. `ready` is looked at
	 * between reading the wake counter and sleeping on it, so no wake-up is lost.
	 */
	wait(ms: number, ready: () => boolean): void {
		const end = performance.now() + ms;
		for (;;) {
			const seen = Atomics.load(this.#words, WAKE);
			if (ready()) return;
			const left = end - performance.now();
			if (left <= 0) return;
			Atomics.wait(this.#words, WAKE, seen, Math.min(left, LONGEST_WAIT));
		}
	}

	#wake(): void {
		Atomics.add(this.#words, WAKE, 1);
		Atomics.notify(this.#words, WAKE);
	}
}
