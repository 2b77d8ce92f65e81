import {BackupError} from '../src/errors.ts';
import type {CopyReport, RestoreRequest} from '../src/protocol.ts';
import type {JobContext} from './context.ts';
import {SafetyCopy} from './publish/safety-copy.ts';
import {findSource, runJob} from './run.ts';
import {EMPTY_BYTES, type SourceFile} from './source/open.ts';

/** A job that overwrites a database with a backup, and may keep what was there before. */
export async function runRestore(job: JobContext, {safetyCopy}: RestoreRequest): Promise<CopyReport> {
	const backup = findSource(job);
	refuseEmpty(backup);
	if (safetyCopy === undefined) return await runJob(job);
	const safety = new SafetyCopy(safetyCopy, backup, job);
	try {
		const report = await runJob(job, safety);
		return safety.published ? {...report, safetyCopy} : report;
	} finally {
		await safety.remove();
	}
}

/** A file that something else has cut short to nothing is a sound database to SQLite, and would empty the target. */
function refuseEmpty(backup: SourceFile | undefined): void {
	if (backup === undefined || backup.size > EMPTY_BYTES) return;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The backup ${backup.path} is an empty file, and was not restored. Choose another one. To empty the target, back up an ` +
			'empty database into it, with "existing" set to \'overwrite\'.',
	);
}
