import {flushDirectory, inParallel, targetOf, WHOLE} from './batch.js';
import {application, betterSqlite3Version} from './connections.js';
import type {Side} from './side.js';

/** better-sqlite3's own `backup()`, on the main thread, in one step: its fastest way, which blocks the thread throughout. */
export const betterSqlite3: Side = {
	version: betterSqlite3Version,

	start: ({concurrency}) =>
		application(async (connections, directory) => {
			await inParallel(connections, concurrency, async ([source, database]) => {
				await database.backup(targetOf(source, directory), {progress: () => WHOLE});
			});
			await flushDirectory(directory);
			return {};
		}),
};
