import {BackupManager} from './manager.js';
import type {BackupOptions} from './options.js';
import type {BackupResult} from './result.js';
import type {BackupSource} from './source.js';
import type {BackupTarget} from './target.js';

let shared: BackupManager | undefined;

/**
 * {@link BackupManager.backup} on a manager that all callers of this function share. It is made on first use and, while
 * no job runs, does not keep the process alive.
 *
 * @example
 * ```ts
 * import {backup} from 'sqlite-hotcopy';
 *
 * await backup('app.db', 'backups/app.db');
 * ```
 */
export async function backup(
	source: BackupSource,
	target: BackupTarget,
	options?: BackupOptions,
): Promise<BackupResult> {
	shared ??= new BackupManager();
	return await shared.backup(source, target, options);
}
