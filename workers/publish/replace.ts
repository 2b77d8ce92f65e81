import {renameSync} from 'node:fs';
import {BackupError} from '../../src/errors.js';
import type {JobContext} from '../context.js';
import {targetError} from '../failures.js';
import {statFile, identityOf, isSameFile} from '../identity.js';
import {flushDirectory} from './flush.js';
import type {Target} from './inspect.js';
import {removeOrphans} from './orphans.js';
import {beginPublishing, type Publisher} from './publisher.js';
import {seize, type Seized} from './seize.js';

/** Another process that publishes to the same target holds its lock for some milliseconds: worth waiting for. */
const ATTEMPTS = 20;
const PAUSE = 25;

/**
 * `existing: 'replace'`. The order is what makes it safe at any moment: the old target becomes whole in its one file,
 * its sidecars go, the directory is flushed, then the new file takes its name. A sidecar that was left would be applied
 * to the new file and bring the old rows back.
 */
export const replace: Publisher = ({staging, target}, job, announce) => {
	announce();
	beginPublishing(job);
	try {
		const old = seizeOld(target, job);
		try {
			if (old === undefined) removeOrphans(target);
			else if (old.removeSidecars()) flushDirectory(target.directory);
			renameSync(staging.path, target.path);
		} finally {
			old?.release();
		}

		flushDirectory(target.directory);
	} catch (error) {
		throw targetError(target.path, error);
	}
};

function seizeOld({path}: Target, {control}: JobContext): Seized | undefined {
	for (let attempt = 1; ; attempt++) {
		const stats = statFile(path);
		if (stats === undefined) return undefined;
		try {
			const old = seize(path);
			// Somebody else may have published between the look and the lock; then the lock is on a file without a name.
			if (isSameFile(statFile(path), identityOf(stats))) return old;
			old.release();
		} catch (error) {
			const transient = error instanceof BackupError && error.code === 'ERR_BACKUP_TARGET_IN_USE';
			if (!transient || attempt >= ATTEMPTS) throw error;
			control.wait(PAUSE, () => false);
		}
	}
}
