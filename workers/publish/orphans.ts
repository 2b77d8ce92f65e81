import {rmSync} from 'node:fs';
import {sidecarsOf} from '../../src/sidecars.ts';
import {statFile} from '../identity.ts';
import {flushDirectory} from './flush.ts';
import type {Target} from './inspect.ts';

/**
 * Sidecars without a database, by inode: SQLite would apply them to the copy as soon as it is in place. Only these same
 * files are removed, as another of that name may belong to somebody who is using the target by then.
 */
export type Orphans = ReadonlyMap<string, bigint>;

export function findOrphans(path: string): Orphans {
	const found = new Map<string, bigint>();
	for (const sidecar of sidecarsOf(path)) {
		const inode = statFile(sidecar)?.ino;
		if (inode !== undefined) found.set(sidecar, inode);
	}

	return found;
}

/** Removes the sidecars that were there before the target was; the directory is flushed, so none can come back. */
export function removeOrphans({path, directory, orphans}: Target): void {
	if (orphans.size === 0 || statFile(path) !== undefined) return;
	for (const [sidecar, inode] of orphans) {
		if (statFile(sidecar)?.ino === inode) rmSync(sidecar, {force: true});
	}

	flushDirectory(directory);
}
