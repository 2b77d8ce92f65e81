import {dirname, join} from 'node:path';
import type {BackupManager} from '../../src/index.js';

/**
 * Waits until the last job to a target has cleaned up behind it, which may be a little after it was rejected. Jobs to one
 * target run one after another, so it is enough to see the end of one that fails for want of a source.
 */
export async function afterCleanUp(manager: BackupManager, target: string): Promise<void> {
	await manager.backup(join(dirname(target), 'no such source'), target).then(
		() => {
			throw new Error('There was to be no such source');
		},
		() => undefined,
	);
}
