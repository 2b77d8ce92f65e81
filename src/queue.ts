/** What the queue needs to know of a job. */
export interface Queued {
	/** Of the jobs in one lane, one runs at a time. In none: it runs beside any other. */
	readonly lanes: readonly string[];
	readonly spec: {readonly options: {readonly priority: number}};
}

/**
 * The jobs that wait: higher priorities first, equal ones in the order they came, and never two at a time in one lane,
 * which is their target. It stands before the pool because a pool's queue can neither hold a job back for its target nor let go of one
 * without ending a thread.
 */
export class JobQueue<J extends Queued> {
	/** A set keeps its order and forgets in constant time. */
	readonly #waiting = new Map<number, Set<J>>();
	readonly #busyLanes = new Set<string>();
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

	/** Takes the next job whose lanes are free, and holds them until `release`. */
	take(): J | undefined {
		for (const priority of [...this.#waiting.keys()].sort((a, b) => b - a)) {
			for (const job of this.#waiting.get(priority) ?? []) {
				if (job.lanes.some((lane) => this.#busyLanes.has(lane))) continue;
				this.remove(job);
				for (const lane of job.lanes) this.#busyLanes.add(lane);
				return job;
			}
		}

		return undefined;
	}

	/** The job is over: the next one in its lanes may run. */
	release({lanes}: J): void {
		for (const lane of lanes) this.#busyLanes.delete(lane);
	}
}
