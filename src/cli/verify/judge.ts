import {constants} from 'node:fs';
import {BackupError} from '../../errors.ts';
import type {VerifyDepth} from '../../options.ts';
import type {VerifyAnswer} from '../../../workers/verify/check.ts';
import {isAllowed, type FinishedFile} from './finished-file.ts';

/**
 * What the answer of a check means.
 *
 * @throws `BackupError` ERR_BACKUP_VERIFY for a database that is damaged or cannot be judged, ERR_BACKUP_SOURCE for one
 * that cannot be read.
 */
export async function judge(
	file: FinishedFile,
	depth: VerifyDepth,
	{problems, obstacle, failure}: VerifyAnswer,
): Promise<void> {
	const {name} = file;
	if (failure !== undefined) {
		throw new BackupError('ERR_BACKUP_SOURCE', `${name} could not be checked: ${failure}. ${await adviceFor(file)}`);
	}

	const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
	if (obstacle !== undefined) {
		throw new BackupError(
			'ERR_BACKUP_VERIFY',
			`SQLite could not run ${pragma} on ${name}: ${obstacle}. If that is a function or a collation of your application, ` +
				'SQLite can check this database only there.',
		);
	}

	if (problems.length === 0) return;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`${name} is damaged, by SQLite's ${pragma}: ${problems.join('; ')}. Use another copy, or see ` +
			'https://sqlite.org/recovery.html.',
	);
}

async function adviceFor(file: FinishedFile): Promise<string> {
	if (!(await isAllowed(file, constants.R_OK))) return 'Check its permissions: it may not be read.';
	return (await isAllowed(file, constants.W_OK))
		? 'If others use it, copy it with: sqlite-hotcopy copy --verify. If not, check its disk and its directory.'
		: 'It may only be read here, and SQLite must lock a database in WAL mode in order to check it. Do it as its owner, ' +
				'or make copies with --journal-mode delete.';
}
