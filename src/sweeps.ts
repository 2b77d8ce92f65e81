/** Directories that are remembered; one that is forgotten is looked through once more. */
const MOST_DIRECTORIES = 100;

/**
 * When the directories of targets were last looked through for what dead processes left. A look takes as long as the
 * directory is large, so that of one job serves for all that were asked for before it began, and the copies of ten
 * thousand databases to one directory need not each read all its names. A file that is left after the call of a backup is
 * the next backup's to remove.
 */
export class Sweeps {
	readonly #begun = new Map<string, number>();

	/** Whether a job that was asked for at that time must look itself. */
	isDue(directory: string, askedAt: number): boolean {
		return (this.#begun.get(directory) ?? -Infinity) < askedAt;
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
