import {BackupManager, type BackupOptions, type BackupResult} from '../../src/index.js';

/**
 * A backup after which no worker has anything open any more, also where it was cut short: the promise of such a job may
 * be rejected while its worker still cleans up.
 */
export async function backupAlone(source: string, target: string, options?: BackupOptions): Promise<BackupResult> {
	await using manager = new BackupManager({maxThreads: 1});
	return await manager.backup(source, target, options);
}
