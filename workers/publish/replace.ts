import {renameSync} from 'node:fs';
import {targetError} from '../failures.ts';
import {statFile} from '../identity.ts';
import {flushDirectory} from './flush.ts';
import {removeOrphans} from './orphans.ts';
import {beginPublishing, type Publisher} from './publisher.ts';
import {seize} from './seize.ts';

/**
 * `existing: 'replace'`. The order is what makes it safe at any moment: the old target becomes whole in its one file,
 * its sidecars go, the directory is flushed, then the new file takes its name. A sidecar that was left would be applied
 * to the new file and bring the old rows back.
 */
export const replace: Publisher = ({staging, target}, job, announce) => {
	announce();
	beginPublishing(job);
	try {
		const old = statFile(target.path) === undefined ? undefined : seize(target.path, job.patience);
		try {
			if (old === undefined) removeOrphans(target);
			else if (old.removeSidecars() || target.hadSidecars) flushDirectory(target.directory);
			renameSync(staging.path, target.path);
		} finally {
			old?.release();
		}

		flushDirectory(target.directory);
	} catch (error) {
		throw targetError(target.path, error);
	}
};
