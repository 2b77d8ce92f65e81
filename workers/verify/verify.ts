import {BackupError} from '../../src/errors.ts';
import {siblingModule} from '../../src/sibling.ts';
import {runChild} from '../child.ts';
import type {JobContext} from '../context.ts';
import {statFile} from '../identity.ts';
import {check, type VerifyAnswer} from './check.ts';

const PROGRAM = siblingModule('../children/verify', import.meta.url);

/** Up to this size a check takes some milliseconds, a fraction of what a process takes to start. */
const CHECKED_HERE_BYTES = 2 * 1024 * 1024;

/**
 * Has SQLite check the copy before anybody sees it.
 *
 * @throws `BackupError` ERR_BACKUP_VERIFY
 */
export async function verify(path: string, job: JobContext): Promise<void> {
	const {depth} = job.request.target;
	if (depth === false) return;
	const question = {path, depth};
	const small = (statFile(path)?.size ?? 0n) <= CHECKED_HERE_BYTES;
	const printed = small ? undefined : await runChild(PROGRAM, question, job);
	const {problems, failure} = printed === undefined ? check(question) : (JSON.parse(printed) as VerifyAnswer);
	if (failure !== undefined) throw new Error(`the copy could not be checked: ${failure}`);
	if (problems.length === 0) return;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The copy did not pass ${depth === 'full' ? 'integrity_check' : 'quick_check'}, so it was not published: ` +
			`${problems.join('; ')}. The source is most likely damaged: check it, and see https://sqlite.org/recovery.html.`,
	);
}
