/** In ms: what is shorter is no more than the system's own work. */
export const SHORTEST_PAUSE = 1;

/** A time in which a busy program did not run, in ms of the system's monotonic clock. */
export interface Pause {
	readonly from: number;
	readonly to: number;
}

/**
 * When all of some programs paused at once. A machine that has no time for one of them lets the others run; one that is
 * halted itself, by whoever runs it, lets none.
 *
 * @param programs the pauses of each, in order of time
 */
export function atOnce(programs: readonly (readonly Pause[])[]): readonly Pause[] {
	return programs.reduce(common);
}

function common(ones: readonly Pause[], others: readonly Pause[]): readonly Pause[] {
	const shared: Pause[] = [];
	let next = 0;
	for (const one of ones) {
		while ((others[next]?.to ?? Infinity) <= one.from) next++;
		for (let index = next; index < others.length; index++) {
			const other = others[index];
			if (other === undefined || other.from >= one.to) break;
			shared.push({from: Math.max(one.from, other.from), to: Math.min(one.to, other.to)});
		}
	}

	return shared;
}
