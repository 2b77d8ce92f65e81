import type {Directories} from './directories.ts';
import type {PlannedCopy} from './plan.ts';

/**
 * The copies, each as soon as the directory is there that it belongs in.
 *
 * @param fail is told of a directory that cannot be made: a failure of the copies in it, and of no other
 */
export async function* requestsFor(
	copies: readonly PlannedCopy[],
	directories: Directories,
	fail: (error: unknown, copy: PlannedCopy) => void,
): AsyncGenerator<PlannedCopy> {
	for (const copy of copies) {
		if (directories.closed) return;
		try {
			await directories.makeFor(copy);
		} catch (error) {
			fail(error, copy);
			continue;
		}

		yield copy;
	}
}
