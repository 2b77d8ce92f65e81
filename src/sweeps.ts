/** Directories that are remembered; one that is forgotten is looked through once more. */
const MOST_DIRECTORIES = 100;

/** Milliseconds for which a look serves others at the most: jobs may wait for hours, and a loop may run for days. */
const LONGEST_USE = 1000;

/**
 * When the directories of targets were last looked through for what dead processes left. A look takes as long as the
 * directory is large, so that of one job serves, for a moment, for all that were asked for before it began: the copies of
 * ten thousand databases to one directory need not each read all its names. A file that is left in that moment is the next
 * backup's to remove.
 */
export class Sweeps {
	readonly #begun = new Map<string, number>();

	/** Whether a job that was asked for at that time, and begins now, must look itself. */
	isDue(directory: string, askedAt: number): boolean {
		const since = Math.max(askedAt, performance.now() - LONGEST_USE);
		return (this.#begun.get(directory) ?? -Infinity) < since;
	}

	/** A look is over that began at that time. */
	done(directory: string, begunAt: number): void {
		const before = this.#begun.get(directory) ?? -Infinity;
		// The newest last, so that the oldest is the one to forget.
		this.#begun.delete(directory);
		this.#begun.set(directory, Math.max(before, begunAt));
		for (const oldest of this.#begun.keys()) {
			if (this.#begun.size <= MOST_DIRECTORIES) break;
			this.#begun.delete(oldest);
		}
	}
}
