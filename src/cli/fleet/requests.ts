import type {BackupOptions} from '../../options.ts';
import {Directories} from './directories.ts';
import type {PlannedCopy} from './plan.ts';

export interface CopyRequest extends PlannedCopy {
	readonly options: BackupOptions;
}

/**
 * The copies, each as soon as the directory is there that it belongs in.
 *
 * @param fail is told of a directory that cannot be made: a failure of the copies in it, and of no other
 */
export async function* requestsFor(
	copies: readonly PlannedCopy[],
	out: string,
	options: BackupOptions,
	fail: (error: unknown, copy: PlannedCopy) => void,
): AsyncGenerator<CopyRequest> {
	const directories = new Directories(out);
	for (const copy of copies) {
		try {
			await directories.makeFor(copy);
		} catch (error) {
			fail(error, copy);
			continue;
		}

		yield {...copy, options};
	}
}
