import type {Patience} from './patience.ts';

/** Below this, a sleep costs more than it smooths. */
const SHORTEST_PAUSE = 5;
/** How many milliseconds' worth may be copied at once after a delay. */
const MOST_CREDIT = 100;
/** How many pauses a second keep a slow copy smooth. */
const PAUSES_A_SECOND = 20;

/** Keeps a copy to so many bytes a second. */
export class Pacer {
	readonly #rate: number;
	readonly #patience: Patience;
	#startedAt = performance.now();
	#bytes = 0;

	constructor(rate: number, patience: Patience) {
		this.#rate = rate;
		this.#patience = patience;
	}

	/** How much to copy in one go, so that pauses come often and are short. */
	get burst(): number {
		return this.#rate / PAUSES_A_SECOND;
	}

	/** So many bytes more were copied. */
	account(bytes: number): void {
		this.#bytes += bytes;
	}

	/** Sleeps while more was copied than the rate allows. */
	pause(): void {
		const due = this.#startedAt + (this.#bytes / this.#rate) * 1000;
		const early = due - performance.now();
		// After a long wait, for a lock say, what was missed is not caught up with at full speed.
		if (early < -MOST_CREDIT) this.#startedAt -= early + MOST_CREDIT;
		if (early >= SHORTEST_PAUSE) this.#patience.sleep(early);
	}
}
