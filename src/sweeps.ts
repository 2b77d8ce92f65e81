/** Directories that are remembered; one that is forgotten is looked through once more. */
const MOST_DIRECTORIES = 100;

/** Milliseconds for which a look serves others after its end: jobs may wait for hours, and a loop may run for days. */
const LONGEST_USE = 1000;

interface Look {
	readonly begunAt: number;
	readonly endedAt: number;
}

/**
 * When the directories of targets were last looked through for what dead processes left. A look takes as long as the
 * directory is large, so that of one job serves, for a moment, for all that were asked for before it began: the copies of
 * ten thousand databases to one directory need not each read all its names. A file that is left in that moment is the next
 * backup's to remove.
 */
export class Sweeps {
	readonly #looks = new Map<string, Look>();

	/** Whether a job that was asked for at that time, and begins now, must look itself. */
	isDue(directory: string, askedAt: number): boolean {
		const look = this.#looks.get(directory);
		return look === undefined || look.begunAt < askedAt || performance.now() - look.endedAt > LONGEST_USE;
	}

	/** A look is over that began at that time; told again, it does not end later. */
	done(directory: string, begunAt: number): void {
		const before = this.#looks.get(directory);
		// The newest last, so that the oldest is the one to forget.
		this.#looks.delete(directory);
		this.#looks.set(
			directory,
			before !== undefined && before.begunAt >= begunAt ? before : {begunAt, endedAt: performance.now()},
		);
		for (const oldest of this.#looks.keys()) {
			if (this.#looks.size <= MOST_DIRECTORIES) break;
			this.#looks.delete(oldest);
		}
	}
}
