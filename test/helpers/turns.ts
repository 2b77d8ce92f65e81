import {setImmediate as turn} from 'node:timers/promises';

/** So many turns of the event loop: what would have happened at once has happened by then. */
export async function turns(count = 20): Promise<void> {
	for (let done = 0; done < count; done++) await turn();
}
