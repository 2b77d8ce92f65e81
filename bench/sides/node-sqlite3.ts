import {promisify} from 'node:util';
import type {Database} from 'sqlite3';
import {flushDirectory, inParallel, targetOf} from './batch.js';
import type {Side} from './side.js';

/** node-sqlite3 (the package `sqlite3`), which copies in libuv's threads. */
export const nodeSqlite3: Side = {
	async version() {
		const {default: sqlite3} = await import('sqlite3');
		return `SQLite ${sqlite3.VERSION}`;
	},

	async start({concurrency}) {
		const {default: sqlite3} = await import('sqlite3');
		const connections = new Map<string, Database>();
		return {
			async open(sources) {
				for (const source of sources) {
					const database = await settled<Database>((callback) => new sqlite3.Database(source, callback));
					connections.set(source, database);
					await promisify(database.get.bind(database))('SELECT count(*) FROM sqlite_schema');
				}
			},
			async copy(directory) {
				await inParallel(connections, concurrency, async ([source, database]) => {
					const backup = await settled((callback) => database.backup(targetOf(source, directory), callback));
					await promisify(backup.step.bind(backup))(-1);
					// It takes SQLITE_BUSY for a step that may be tried again, and reports no error.
					if (!backup.completed) throw new Error('node-sqlite3 did not complete the copy');
					await promisify(backup.finish.bind(backup))();
				});
				await flushDirectory(directory);
				return {};
			},
			async close() {
				for (const database of connections.values()) await promisify(database.close.bind(database))();
				connections.clear();
			},
		};
	},
};

/** An object whose making reports to a callback. */
export async function settled<Made>(make: (callback: (error: Error | null) => void) => Made): Promise<Made> {
	const {promise, resolve, reject} = Promise.withResolvers<undefined>();
	const made = make((error) => {
		if (error === null) resolve(undefined);
		else reject(error);
	});
	await promise;
	return made;
}
