import {BackupError} from '../../src/errors.ts';
import {askChild} from '../child.ts';
import type {JobContext} from '../context.ts';
import {check, type VerifyAnswer, type VerifyQuestion} from './check.ts';

/**
 * Has SQLite check the copy before anybody sees it. In another process, whatever its size: nobody can stop SQLite in the
 * middle of a check, and a hostile database can make it take for ever.
 *
 * @throws `BackupError` ERR_BACKUP_VERIFY
 */
export async function verify(path: string, job: JobContext): Promise<void> {
	const {depth} = job.request.target;
	if (depth === false) return;
	const question = {path, depth};
	const {problems, obstacle, failure} = await answerTo(question, job);
	if (failure !== undefined) throw new Error(`the copy could not be checked: ${failure}`);

	const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
	if (obstacle !== undefined) {
		throw new BackupError(
			'ERR_BACKUP_VERIFY',
			`SQLite could not run ${pragma} on the copy, so it was not published: ${obstacle}. If that is a function or a collation ` +
				'of your application, SQLite can check this database only there: leave "verify" out.',
		);
	}

	if (problems.length === 0) return;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The copy did not pass ${pragma}, so it was not published: ${problems.join('; ')}. The source is most likely damaged: ` +
			'check it, and see https://sqlite.org/recovery.html.',
	);
}

async function answerTo(question: VerifyQuestion, job: JobContext): Promise<VerifyAnswer> {
	const reply = await askChild('verify', question, job);
	if (reply.type === 'answer') return reply.answer;
	if (reply.type === 'unavailable') return check(question);
	// What ended that process must not be done to this one.
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The process that checked the copy died (${reply.how}), so the copy was not published. Either somebody killed it, or ` +
			'the database is damaged in a way that SQLite does not survive.',
	);
}
