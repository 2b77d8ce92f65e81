export interface EventLoopFigures {
	/** The longest time in ms that nothing else could run on the main thread: what a request would have waited. */
	readonly longestGap: number;
	/** The share of the time, 0 to 1, that the main thread was busy rather than waiting for events. */
	readonly busy: number;
}

/**
 * Watches the main thread until the returned function is called.
 *
 * A timer that is due each millisecond runs late by as long as something else holds the thread, so the longest time
 * between two of its runs is the longest gap. Node's own `monitorEventLoopDelay` measures in the same way, but misses a
 * gap that is still open when it is read, and the last step of a copy on the main thread is just that: its promise
 * settles before any timer runs again. Here, the last gap is counted too.
 */
export function watchEventLoop(): () => EventLoopFigures {
	const before = performance.eventLoopUtilization();
	let longestGap = 0;
	let last = performance.now();
	const tick = (): void => {
		const now = performance.now();
		longestGap = Math.max(longestGap, now - last);
		last = now;
	};
	const timer = setInterval(tick, 1);

	return () => {
		clearInterval(timer);
		tick();
		return {longestGap, busy: performance.eventLoopUtilization(before).utilization};
	};
}
