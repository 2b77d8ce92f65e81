import {BackupError} from '../../src/errors.ts';
import {SMALLEST_PAGE} from '../clone/main-file.ts';
import {targetError} from '../failures.ts';
import {statFile} from '../identity.ts';
import type {Copied} from './strategy.ts';

/**
 * A last look at what is about to be called a success.
 *
 * @param found bytes of the source when it was found: no database comes to have none
 * @throws `BackupError` ERR_BACKUP_TARGET when the staging file does not have the pages that were copied
 */
export function assertComplete(staging: string, target: string, found: bigint, {pages, pageSize}: Copied): void {
	const stats = statFile(staging);
	if (stats === undefined) throw targetError(target, new Error('the file in which the copy was made is gone'));
	const size = Number(stats.size);
	// SQLite makes one page of a source that has none; what is published is as empty as the source.
	const isEmpty = pages === 0 && found < SMALLEST_PAGE && (size === 0 || size === pageSize);
	if (isEmpty || (pages > 0 && size === pages * pageSize)) return;
	throw new BackupError(
		'ERR_BACKUP_TARGET',
		`The copy has ${String(size)} bytes where ${String(pages)} pages of ${String(pageSize)} bytes were copied. Check the ` +
			'disk of the target, and run the backup again.',
	);
}
