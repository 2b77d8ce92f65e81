import {Directories} from './directories.ts';
import type {PlannedCopy} from './plan.ts';

/**
 * The copies, each as soon as the directory is there that it belongs in.
 *
 * @param fail is told of a directory that cannot be made: a failure of the copies in it, and of no other
 */
export async function* requestsFor(
	copies: readonly PlannedCopy[],
	out: string,
	fail: (error: unknown, copy: PlannedCopy) => void,
): AsyncGenerator<PlannedCopy> {
	const directories = new Directories(out);
	for (const copy of copies) {
		try {
			await directories.makeFor(copy);
		} catch (error) {
			fail(error, copy);
			continue;
		}

		yield copy;
	}
}
