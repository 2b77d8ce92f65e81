import {rmSync} from 'node:fs';
import {sidecarsOf} from '../../src/sidecars.ts';
import {statFile} from '../identity.ts';
import {flushDirectory} from './flush.ts';
import type {Target} from './inspect.ts';

/**
 * Removes sidecars whose database is gone: SQLite would apply them to the copy as soon as it is in place. Before each one
 * the target is looked for again, as somebody else may publish it at any moment, and the sidecars are then in use. The
 * directory is flushed, so that none can come back.
 */
export function removeOrphans({path, directory}: Target): void {
	let removed = false;
	for (const sidecar of sidecarsOf(path)) {
		if (statFile(sidecar) === undefined || statFile(path) !== undefined) continue;
		rmSync(sidecar, {force: true});
		removed = true;
	}

	if (removed) flushDirectory(directory);
}
