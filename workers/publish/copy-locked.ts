import {BackupError} from '../../src/errors.ts';
import {askChild} from '../child.ts';
import type {JobContext} from '../context.ts';
import {targetError, toError} from '../failures.ts';
import {markOf} from '../identity.ts';
import {EMPTY_BYTES, type SourceFile} from '../source/open.ts';
import {assertComplete} from '../strategies/complete.ts';
import type {Copied} from '../strategies/strategy.ts';

/**
 * Copies a database in rollback-journal mode that a connection of this process has locked and not yet written to. Nobody
 * gets past that lock, not even this process through SQLite. A child process, which has locks of its own, can read the
 * file: it is whole, and nobody can write to it.
 *
 * @throws Cancelled; `BackupError`; Error when the file cannot be read
 */
export async function copyLocked(
	{path, identity, size}: SourceFile,
	staging: string,
	job: JobContext,
): Promise<Copied> {
	if (size <= EMPTY_BYTES) return {pages: 0, pageSize: 0};
	const order = {source: path, mark: markOf(identity), staging};
	let reply = await askChild('clone', order, job);
	// The lock is still held, so what one process did not live to do another one can.
	if (reply.type === 'died') reply = await askChild('clone', order, job);
	if (reply.type !== 'answer') throw noProcess(path);
	const {answer} = reply;
	const target = job.request.target.path;
	if (answer.type === 'unwritable') throw targetError(target, toError(answer));
	if (answer.type === 'unsuited') throw new Error(answer.reason);
	assertComplete(staging, target, size, answer);
	return answer;
}

function noProcess(path: string): BackupError {
	return new BackupError(
		'ERR_BACKUP_WORKER',
		`The safety copy of ${path} needs a process of its own, and none could be started, or it did not live. Nothing was ` +
			'changed. Allow processes to be started; or back the target up first, and leave "safetyCopy" out.',
	);
}
