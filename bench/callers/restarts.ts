/**
 * Finds out from what a step reports whether it was the first one again. Each step copies pages, so without a restart there
 * are always fewer left than before.
 */
export function restartWatcher(onRestarts: (times: number) => void): (remaining: number, total: number) => void {
	let previous = Infinity;
	return (remaining, total) => {
		if (remaining >= previous) onRestarts(1);
		// A first look, before anything is copied, is followed by a step that may find as many.
		previous = remaining < total ? remaining : Infinity;
	};
}
