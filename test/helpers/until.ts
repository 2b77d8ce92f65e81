import {setTimeout} from 'node:timers/promises';

/** Waits for a condition, looking at it again and again; gives up after half a minute, which no test needs. */
export async function until(condition: () => boolean | Promise<boolean>, what = condition.toString()): Promise<void> {
	const deadline = performance.now() + 30_000;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error(`Waited in vain for: ${what}`);
		await setTimeout(1);
	}
}
