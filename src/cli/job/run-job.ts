import {asUsageError} from '../errors/usage-error.ts';
import {EXIT_CODE, type ExitCode} from '../exit-code.ts';
import {BackupManager} from '../../manager.ts';
import type {RestoreResult} from '../../result.ts';
import type {Session} from '../session.ts';
import {checksumLine, describeResult} from './result-text.ts';
import {createJobView} from './view.ts';

/** One job, a backup or a restore, shown from its beginning to its outcome. */
export async function runJob(
	{output, signal}: Session,
	start: (manager: BackupManager) => Promise<RestoreResult>,
): Promise<ExitCode> {
	const view = createJobView(output);
	const manager = new BackupManager({maxThreads: 1});
	const seen = {queued: false};
	manager.on('queued', () => {
		seen.queued = true;
	});
	manager.on('progress', (event) => {
		view.progress(event);
	});
	// What is still to be said is said where the bar was, and a terminal is in order whatever ends the process next.
	signal.addEventListener('abort', () => {
		view.end();
	});
	let result: RestoreResult;
	try {
		result = await start(manager);
	} catch (error) {
		throw seen.queued ? error : asUsageError(error);
	} finally {
		view.end();
		// The job may have been rejected while its worker still cleans up.
		await manager.close();
	}

	output.record({type: 'result', ...result});
	output.report(describeResult(result));
	if (result.sha256 !== undefined && !output.json) output.print(checksumLine(result.sha256, result.target));
	return EXIT_CODE.ok;
}
