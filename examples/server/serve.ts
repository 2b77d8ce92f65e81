import {once} from 'node:events';
import Database from 'better-sqlite3';
import type {FastifyInstance} from 'fastify';
import {BackupManager} from 'sqlite-hotcopy';
import {buildApp} from './app.js';
import {withFiles} from './files.js';
import type {Settings} from './settings.js';
import {listenForInterrupts, shutDown, trackResponses} from './shutdown.js';

/** What goes on beside the clients' requests, until the signal fires. */
export type Company = (app: FastifyInstance, signal: AbortSignal) => Promise<void>;

/** Serves until SIGTERM or SIGINT. */
export async function serve(settings: Settings, keepCompany?: Company): Promise<void> {
	const {first, second} = listenForInterrupts();
	await withFiles(settings.files, async ({database: path, backups}) => {
		const database = new Database(path, {fileMustExist: true});
		try {
			// Both are closed by `shutDown`; this is for when something fails before.
			await using manager = new BackupManager({maxThreads: 2, maxQueue: 100});
			await using app = buildApp({manager, database, backups, names: settings.names});
			const responses = trackResponses(app);
			console.log(`Backups of ${path} go to ${backups}`);
			console.log(`Open ${await app.listen(settings)}/`);
			await Promise.all([first.aborted || once(first, 'abort'), keepCompany?.(app, first)]);
			const {queued, active} = manager.stats;
			console.log(
				`${String(first.reason)}: backups to finish: ${String(queued + active)}, ` +
					`within ${String(settings.shutdownMs / 1000)} s. A second signal aborts them.`,
			);
			const cut = AbortSignal.any([second, AbortSignal.timeout(settings.shutdownMs)]);
			if (!(await shutDown({app, manager, responses}, cut))) process.exitCode = 1;
			const {completed, failed, aborted} = manager.stats;
			console.log(`Completed ${String(completed)}, failed ${String(failed)}, aborted ${String(aborted)}`);
		} finally {
			database.close();
		}
	});
}
