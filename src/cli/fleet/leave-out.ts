import {basename} from 'node:path';
import {SIDECAR_SUFFIXES} from '../../sidecars.ts';
import {STAGING_PREFIX} from '../../staging-prefix.ts';
import {exists} from './exists.ts';

/** Whether a file is no database of its own: one that SQLite keeps beside a database, or that a copy is being made in. */
export async function isCompanion(path: string): Promise<boolean> {
	if (basename(path).startsWith(STAGING_PREFIX)) return true;
	const suffix = SIDECAR_SUFFIXES.find((ending) => path.endsWith(ending));
	return suffix !== undefined && (await exists(path.slice(0, -suffix.length)));
}
