import {mkdtemp, rmdir} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {STAGING_PREFIX} from '../../staging-prefix.ts';
import {exists} from './exists.ts';

/** Whether two names in a directory are one when they differ only in case, as on most systems that are not Linux. */
export async function ignoresCase(directory: string): Promise<boolean> {
	let probe: string;
	try {
		probe = await mkdtemp(join(directory, `${STAGING_PREFIX}case-`));
	} catch {
		// Where nothing can be made, nothing will be copied either.
		return false;
	}

	const answer = await exists(join(dirname(probe), basename(probe).toUpperCase()));
	await rmdir(probe);
	return answer;
}

/** One text for all names that such a file system takes for one. */
export function foldCase(path: string): string {
	return path.normalize('NFC').toLowerCase();
}
