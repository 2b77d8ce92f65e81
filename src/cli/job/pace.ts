/** How far back a rate looks, in ms: long enough to be steady, short enough to follow a disk. */
const WINDOW = 5000;
/** The least time between two marks, in ms, which bounds their number. */
const MARK_INTERVAL = 100;

interface Mark {
	readonly at: number;
	readonly done: number;
}

/** How fast something gets on, by what was done of it lately. */
export class Pace {
	#marks: Mark[] = [];

	/** @param done how much there is by now, in whatever unit */
	update(done: number, at = performance.now()): void {
		const last = this.#marks.at(-1);
		// It began again.
		if (last !== undefined && done < last.done) this.#marks = [];
		else if (last !== undefined && at - last.at < MARK_INTERVAL) return;
		this.#marks.push({at, done});
		this.#marks = this.#marks.filter((mark) => at - mark.at <= WINDOW);
	}

	/** Per second; undefined before there is anything to go by. */
	get rate(): number | undefined {
		const [first] = this.#marks;
		const last = this.#marks.at(-1);
		if (first === undefined || last === undefined || last.at === first.at) return undefined;
		return ((last.done - first.done) / (last.at - first.at)) * 1000;
	}

	/** Milliseconds until the rest is done at this pace. */
	timeFor(rest: number): number | undefined {
		const {rate} = this;
		return rate === undefined || rate === 0 ? undefined : (rest / rate) * 1000;
	}
}
