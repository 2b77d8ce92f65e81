import {BackupError} from '../../src/errors.ts';
import {askChild, type Reply} from '../child.ts';
import type {JobContext} from '../context.ts';
import {check, type VerifyQuestion} from './check.ts';

/** How a check is told of that did not end well. */
interface Words {
	readonly subject: string;
	readonly outcome: string;
	readonly remedy: string;
	readonly damaged: string;
}

const OF_A_COPY: Words = {
	subject: 'copy',
	outcome: 'it was not published',
	remedy: 'leave "verify" out',
	damaged: 'source',
};

/** There is no restore without a check, but a backup goes anywhere. */
const OF_A_RESTORE: Words = {
	subject: 'backup',
	outcome: 'it was not restored',
	remedy: 'check it there, then copy it into the target as a backup, with "existing" set to \'overwrite\'',
	damaged: 'backup',
};

/**
 * Has SQLite check the copy before anybody sees it. In another process, whatever its size: nobody can stop SQLite in the
 * middle of a check, and a hostile database can make it take for ever.
 *
 * @throws `BackupError` ERR_BACKUP_VERIFY
 */
export async function verify(path: string, job: JobContext): Promise<void> {
	const {restore, target} = job.request;
	const {depth} = target;
	if (depth === false) return;
	const {subject, outcome, remedy, damaged} = restore === undefined ? OF_A_COPY : OF_A_RESTORE;
	const reply = await answerTo({path, depth}, job);
	if (reply.type === 'died') {
		// What ended that process must not be done to this one.
		throw new BackupError(
			'ERR_BACKUP_VERIFY',
			`The process that checked the ${subject} died (${reply.how}), so ${outcome}. Either somebody killed it, or the ` +
				'database is damaged in a way that SQLite does not survive.',
		);
	}

	const {problems, obstacle, failure} = reply.answer;
	if (failure !== undefined) throw new Error(`the ${subject} could not be checked: ${failure}`);

	const pragma = depth === 'full' ? 'integrity_check' : 'quick_check';
	if (obstacle !== undefined) {
		throw new BackupError(
			'ERR_BACKUP_VERIFY',
			`SQLite could not run ${pragma} on the ${subject}, so ${outcome}: ${obstacle}. If that is a function or a collation ` +
				`of your application, SQLite can check this database only there: ${remedy}.`,
		);
	}

	if (problems.length === 0) return;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The ${subject} did not pass ${pragma}, so ${outcome}: ${problems.join('; ')}. The ${damaged} is most likely damaged: ` +
			'check it, and see https://sqlite.org/recovery.html.',
	);
}

async function answerTo(
	question: VerifyQuestion,
	job: JobContext,
): Promise<Exclude<Reply<'verify'>, {type: 'unavailable'}>> {
	const reply = await askChild('verify', question, job);
	return reply.type === 'unavailable' ? {type: 'answer', answer: check(question)} : reply;
}
