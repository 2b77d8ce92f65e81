import {setImmediate as turn} from 'node:timers/promises';

/** Aborts after a time that may be less than the milliseconds that a timer counts in. */
export async function abortAfter(controller: AbortController, ms: number): Promise<void> {
	const end = performance.now() + ms;
	while (performance.now() < end) await turn();
	controller.abort();
}
