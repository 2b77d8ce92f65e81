import {flushDirectory, inParallel, targetOf} from './batch.js';
import {Connections, betterSqlite3Version} from './connections.js';
import type {Side} from './side.js';

/** All pages at once: SQLite's largest number of pages a step. It is the fastest, and blocks the main thread throughout. */
const WHOLE = 2 ** 31 - 1;

/** better-sqlite3's own `backup()`, on the main thread. */
export const betterSqlite3: Side = {
	version: async () => Promise.resolve(betterSqlite3Version()),

	async start({concurrency}) {
		const connections = new Connections();
		return Promise.resolve({
			async open(sources) {
				connections.open(sources);
				return Promise.resolve();
			},
			async copy(directory) {
				await inParallel(connections.entries(), concurrency, async ([source, database]) => {
					await database.backup(targetOf(source, directory), {progress: () => WHOLE});
				});
				await flushDirectory(directory);
				return {};
			},
			async close() {
				connections.close();
				return Promise.resolve();
			},
		});
	},
};
