import {renameSync} from 'node:fs';
import type {JobContext} from '../context.ts';
import {targetError} from '../failures.ts';
import {statFile} from '../identity.ts';
import {flushDirectory} from './flush.ts';
import type {Target} from './inspect.ts';
import {removeOrphans} from './orphans.ts';
import {beginPublishing, type Publisher} from './publisher.ts';
import {seize} from './seize.ts';
import type {Staging} from './staging.ts';

/** `existing: 'replace'`. */
export const replace: Publisher = ({staging, target}, job, announce) => {
	announce();
	beginPublishing(job);
	moveOver(staging, target, job);
};

/**
 * The order is what makes it safe at any moment: the old target becomes whole in its one file, its sidecars go, the
 * directory is flushed, then the new file takes its name. A sidecar that was left would be applied to the new file and
 * bring the old rows back.
 *
 * @throws `BackupError` ERR_BACKUP_TARGET_IN_USE, ERR_BACKUP_TARGET
 */
export function moveOver(staging: Staging, target: Target, {patience}: JobContext): void {
	try {
		const old = statFile(target.path) === undefined ? undefined : seize(target.path, patience);
		try {
			if (old === undefined) removeOrphans(target);
			else if (old.removeSidecars() || target.hadSidecars) flushDirectory(target.directory);
			renameSync(staging.path, target.path);
		} finally {
			old?.release();
		}
	} catch (error) {
		throw targetError(target.path, error);
	}
}
