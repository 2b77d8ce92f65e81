/**
 * Counts the steps that got a copy no further: they found the source locked, or began again with the first page because
 * somebody had written. Each other step leaves fewer pages than there were.
 */
export function setbackCounter(onSetbacks: (times: number) => void): (remaining: number, total: number) => void {
	let previous = Infinity;
	return (remaining, total) => {
		if (remaining >= previous) onSetbacks(1);
		// A first look, before anything is copied, is followed by a step that may find as many.
		previous = remaining < total ? remaining : Infinity;
	};
}
