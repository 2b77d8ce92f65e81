/** A program that does nothing but look at the clock, and so sees when it does not run. */
import {hrtime} from 'node:process';
import {serve} from '../harness/serve.js';
import {SHORTEST_PAUSE, type Pause} from '../harness/standing-still.js';

export interface SpinnerMethods {
	/** @returns when it did not run for {@link SHORTEST_PAUSE} or more */
	spin(seconds: number): Promise<readonly Pause[]>;
}

const NANOSECONDS = 1e6;

serve<SpinnerMethods>({
	async spin(seconds) {
		const pauses: Pause[] = [];
		let last = now();
		const end = last + seconds * 1000;
		while (last < end) {
			const time = now();
			if (time - last >= SHORTEST_PAUSE) pauses.push({from: last, to: time});
			last = time;
		}
		return Promise.resolve(pauses);
	},
});

function now(): number {
	return Number(hrtime.bigint()) / NANOSECONDS;
}
