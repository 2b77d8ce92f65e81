import {unlink} from 'node:fs/promises';
import {isMissing} from './is-missing.ts';
import {withSidecars} from './sidecars.ts';

/** Staging files of this process that could not be removed, for example from a disk that became read-only. */
const leftovers = new Set<string>();

/** Tries at once, and again before each later job. */
export async function removeStaging(path: string): Promise<void> {
	const outcomes = await Promise.allSettled(withSidecars(path).map(async (file) => unlink(file)));
	if (outcomes.every((outcome) => outcome.status === 'fulfilled' || isMissing(outcome.reason))) leftovers.delete(path);
	else leftovers.add(path);
}

export async function removeLeftovers(): Promise<void> {
	await Promise.all([...leftovers].map(removeStaging));
}
