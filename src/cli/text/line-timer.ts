/** The least time between two lines, in ms. */
const SHORTEST = 1000;
/** After so many ms there is a line even though little has changed, as a sign of life. */
const LONGEST = 30_000;
const STEPS = 10;

/** When a log is to get another line of progress: for each tenth, but neither too soon nor too late. */
export class LineTimer {
	#lineAt = performance.now();
	#step = 0;

	isDue(fraction: number): boolean {
		const now = performance.now();
		const step = Math.floor(fraction * STEPS);
		const passed = now - this.#lineAt;
		const due = step === this.#step ? passed >= LONGEST : passed >= SHORTEST;
		if (!due) return false;
		this.#lineAt = now;
		this.#step = step;
		return true;
	}
}
