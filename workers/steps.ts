import {SQLITE_OK} from '../src/constants.ts';
import type {JobContext} from './context.ts';

/** Tells of a copy that is not made step by step as if it were: a step is over whenever so many more pages are there. */
export class Steps {
	readonly #job: JobContext;
	readonly #stepPages: number;
	#total: number;
	#pages = 0;
	#steps = 0;

	/**
	 * @param total pages in all, as far as that is known yet
	 * @param pageSize bytes in each
	 */
	constructor(job: JobContext, total: number, pageSize: number) {
		const {pages} = job.request.copy;
		job.reporter.pageSize = pageSize;
		this.#job = job;
		this.#total = total;
		this.#stepPages = pages === 0 ? Infinity : pages;
	}

	/**
	 * So many pages are there by now. If they are no more than at the last look, that is no progress, and a copy that waits
	 * for a lock must stall.
	 */
	reached(pages: number): void {
		if (pages <= this.#pages) return;
		this.#pages = pages;
		this.#job.patience.progressed();
		this.#tell();
	}

	/** All pages are there, and so many they were. */
	complete(total: number): void {
		this.#total = total;
		this.#pages = total;
		this.#tell();
	}

	/**
	 * Tells of each step that is followed by another. The last one is not told of here: it is over when all is ready to be
	 * published.
	 */
	#tell(): void {
		const {reporter} = this.#job;
		for (let end = this.#end; end < this.#pages && end < this.#total; end = this.#end) {
			this.#steps++;
			reporter.step(SQLITE_OK, this.#total - end, this.#total);
		}

		reporter.tick(SQLITE_OK, Math.max(0, this.#total - this.#pages), this.#total);
	}

	/** Pages at the end of the step that is being made. */
	get #end(): number {
		return (this.#steps + 1) * this.#stepPages;
	}
}
