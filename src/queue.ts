/** What the queue needs to know of a job. */
export interface Queued {
	readonly targetPath: string;
	readonly spec: {readonly options: {readonly priority: number}};
}

/**
 * The jobs that wait: higher priorities first, equal ones in the order they came, and never two at a time with one
 * target. It stands before the pool because a pool's queue can neither hold a job back for its target nor let go of one
 * without ending a thread.
 */
export class JobQueue<J extends Queued> {
	/** A set keeps its order and forgets in constant time. */
	readonly #waiting = new Map<number, Set<J>>();
	readonly #busyTargets = new Set<string>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	add(job: J): void {
		const {priority} = job.spec.options;
		const level = this.#waiting.get(priority) ?? new Set();
		this.#waiting.set(priority, level.add(job));
		this.#size++;
	}

	remove(job: J): void {
		const {priority} = job.spec.options;
		const level = this.#waiting.get(priority);
		if (level?.delete(job) !== true) return;
		this.#size--;
		if (level.size === 0) this.#waiting.delete(priority);
	}

	/** Takes the next job whose target is free, and holds that target until `release`. */
	take(): J | undefined {
		for (const priority of [...this.#waiting.keys()].sort((a, b) => b - a)) {
			for (const job of this.#waiting.get(priority) ?? []) {
				if (this.#busyTargets.has(job.targetPath)) continue;
				this.remove(job);
				this.#busyTargets.add(job.targetPath);
				return job;
			}
		}

		return undefined;
	}

	/** The job is over: its target may be written again. */
	release(job: J): void {
		this.#busyTargets.delete(job.targetPath);
	}
}
