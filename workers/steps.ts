import {SQLITE_OK} from '../src/constants.ts';
import type {JobContext} from './context.ts';

/** Tells of a copy that is not made step by step as if it were: a step is over whenever so many more pages are there. */
export class Steps {
	readonly #job: JobContext;
	readonly #total: number;
	readonly #stepPages: number;
	#steps = 0;

	/**
	 * @param total pages in all
	 * @param pageSize bytes in each
	 */
	constructor(job: JobContext, total: number, pageSize: number) {
		const {pages} = job.request.copy;
		job.reporter.pageSize = pageSize;
		this.#job = job;
		this.#total = total;
		this.#stepPages = pages === 0 ? Infinity : pages;
	}

	/** So many pages are there in all. The last step is not told of here: it is over when all is ready to be published. */
	reached(pages: number): void {
		const {reporter, patience} = this.#job;
		patience.progressed();
		for (let end = this.#end; end <= pages && end < this.#total; end = this.#end) {
			this.#steps++;
			reporter.step(SQLITE_OK, this.#total - end, this.#total);
		}

		reporter.tick(SQLITE_OK, Math.max(0, this.#total - pages), this.#total);
	}

	/** Pages at the end of the step that is being made. */
	get #end(): number {
		return (this.#steps + 1) * this.#stepPages;
	}
}
