import type {ProgressEvent} from '../../events.ts';
import {Pace} from '../job/pace.ts';
import {formatBytes, formatCount, formatRate, formatTimeLeft} from '../text/quantities.ts';
import {workOf, type Tally} from './tally.ts';

/** What is done of a copy that runs. */
interface Part {
	readonly bytes: number;
	readonly work: number;
}

/** Where the whole of many copies stands: what is settled, and the parts of those that run. */
export class FleetState {
	readonly #tally: Tally;
	/** By job; as many as run at a time. */
	readonly #active = new Map<string, Part>();
	readonly #bytePace = new Pace();
	readonly #workPace = new Pace();

	constructor(tally: Tally) {
		this.#tally = tally;
	}

	progress({job}: ProgressEvent): void {
		const {total, remaining, pageSize} = job;
		const fraction = total === 0 ? 0 : (total - remaining) / total;
		const bytes = total * pageSize;
		this.#active.set(job.id, {bytes: fraction * bytes, work: fraction * workOf(bytes)});
		this.#mark();
	}

	/** A job, if there was one, counts in the tally now, and not before: what is done must not seem to shrink. */
	settled(jobId: string | undefined): void {
		if (jobId !== undefined) this.#active.delete(jobId);
		this.#mark();
	}

	/** 0 to 1, by the sizes of the sources, which may grow meanwhile. */
	get fraction(): number {
		const {totalWork, settled, total} = this.#tally;
		return settled === total ? 1 : Math.min(this.#work / totalWork, 0.999);
	}

	/** `600 of 2,000 databases, 1 failed, 61.2 MB, 143.9 MB/s, 3s left` */
	get words(): string {
		const {settled, total, failed, totalWork} = this.#tally;
		const rate = this.#bytePace.rate;
		const rest = totalWork - this.#work;
		const time = settled < total && rest > 0 ? this.#workPace.timeFor(rest) : undefined;
		return [
			`${formatCount(settled)} of ${formatCount(total)} databases`,
			failed === 0 ? undefined : `${formatCount(failed)} failed`,
			formatBytes(this.#bytes),
			rate === undefined ? undefined : formatRate(rate),
			time === undefined ? undefined : formatTimeLeft(time),
		]
			.filter((part) => part !== undefined)
			.join(', ');
	}

	#mark(): void {
		this.#bytePace.update(this.#bytes);
		this.#workPace.update(this.#work);
	}

	get #bytes(): number {
		return this.#sum(this.#tally.bytes, ({bytes}) => bytes);
	}

	get #work(): number {
		return this.#sum(this.#tally.work, ({work}) => work);
	}

	#sum(start: number, value: (part: Part) => number): number {
		return [...this.#active.values()].reduce((sum, part) => sum + value(part), start);
	}
}
