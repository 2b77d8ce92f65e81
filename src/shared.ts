import {BackupManager} from './manager.ts';
import type {BackupOptions} from './options.ts';
import type {BackupResult} from './result.ts';
import type {BackupSource} from './source.ts';
import type {BackupTarget} from './target.ts';

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
