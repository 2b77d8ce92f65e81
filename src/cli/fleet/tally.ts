import type {BackupResult} from '../../result.ts';
import type {SummaryRecord} from '../records.ts';

/** What every copy costs, however small, in bytes that could be copied in that time: some milliseconds. */
const OVERHEAD = 1e6;

/** How much there is to do for a copy, by which the progress of the whole is measured. */
export function workOf(bytes: number): number {
	return bytes + OVERHEAD;
}

/** What has become of the copies so far. Numbers only: there may be any number of copies. */
export class Tally {
	/** Copies to make. */
	readonly total: number;
	/** {@link workOf} them all. */
	readonly totalWork: number;
	readonly #startedAt = performance.now();
	#copied = 0;
	#failed = 0;
	#bytes = 0;
	#work = 0;

	/** @param sizes bytes of each source */
	constructor(sizes: readonly number[]) {
		this.total = sizes.length;
		this.totalWork = sizes.reduce((sum, bytes) => sum + workOf(bytes), 0);
	}

	get failed(): number {
		return this.#failed;
	}

	get settled(): number {
		return this.#copied + this.#failed;
	}

	/** Bytes in copies that are in place. */
	get bytes(): number {
		return this.#bytes;
	}

	/** {@link workOf} what is settled. */
	get work(): number {
		return this.#work;
	}

	/** @param size bytes of its source, as the total was told */
	addResult({bytes}: BackupResult, size: number): void {
		this.#copied++;
		this.#bytes += bytes;
		this.#work += workOf(size);
	}

	addFailure(size: number): void {
		this.#failed++;
		this.#work += workOf(size);
	}

	toRecord(): SummaryRecord {
		return {
			type: 'summary',
			copied: this.#copied,
			failed: this.#failed,
			left: this.total - this.settled,
			bytes: this.#bytes,
			durationMs: performance.now() - this.#startedAt,
		};
	}
}
