import {BackupError} from '../../src/errors.ts';
import type {JobContext} from '../context.ts';
import {walSize} from './open.ts';

/**
 * Keeps an eye on the WAL that a read transaction keeps from being reset: everything that is written meanwhile stays in it.
 *
 * @throws `BackupError` ERR_BACKUP_WAL_LIMIT
 */
export function watchWal(path: string, {reporter, request}: JobContext): void {
	const {maxWalBytes} = request.copy;
	const walBytes = walSize(path);
	reporter.walBytes = Math.max(reporter.walBytes, walBytes);
	if (walBytes <= maxWalBytes) return;
	throw new BackupError(
		'ERR_BACKUP_WAL_LIMIT',
		`The WAL of the source grew to ${String(walBytes)} bytes while the copy kept it from being reset, and "maxWalBytes" is ` +
			`${String(maxWalBytes)}. Back up when less is written, raise the limit, or lift "maxRate".`,
	);
}
