import type {DatabaseSync} from 'node:sqlite';
import {flushDirectory, inParallel, targetOf, WHOLE} from './batch.js';
import type {Side} from './side.js';

/** The `backup()` of Node.js's own `node:sqlite`, which copies in libuv's threads. */
export const nodeSqlite: Side = {
	async version() {
		await import('node:sqlite');
		return `SQLite ${process.versions['sqlite'] ?? 'of Node.js'}`;
	},

	async start({concurrency}) {
		const {backup, DatabaseSync} = await import('node:sqlite');
		const connections = new Map<string, DatabaseSync>();
		return {
			async open(sources) {
				for (const source of sources) {
					const database = new DatabaseSync(source);
					connections.set(source, database);
					database.prepare('SELECT count(*) FROM sqlite_schema').get();
				}

				return Promise.resolve();
			},
			async copy(directory) {
				await inParallel(connections, concurrency, async ([source, database]) => {
					await backup(database, targetOf(source, directory), {rate: WHOLE});
				});
				await flushDirectory(directory);
				return {};
			},
			async close() {
				for (const database of connections.values()) database.close();
				connections.clear();
				return Promise.resolve();
			},
		};
	},
};
