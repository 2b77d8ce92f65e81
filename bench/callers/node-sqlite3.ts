import {promisify} from 'node:util';
import type {Backup, Database} from 'sqlite3';
import {settled} from '../sides/node-sqlite3.js';
import type {Call, Caller} from './caller.js';
import {setbackCounter} from './setbacks.js';

/**
 * node-sqlite3 (the package `sqlite3`): all pages in one step, in a thread of libuv. To be stopped it is made in steps of a
 * hundred pages, and finished before it is complete.
 */
export const nodeSqlite3: Caller = {
	async open(source) {
		const {default: sqlite3} = await import('sqlite3');
		const database = await settled<Database>((callback) => new sqlite3.Database(source, callback));
		await promisify(database.get.bind(database))('SELECT count(*) FROM sqlite_schema');
		return {
			async copy(target, call) {
				const backup = await settled<Backup>((callback) => database.backup(target, callback));
				try {
					await makeSteps(backup, call);
				} finally {
					await promisify(backup.finish.bind(backup))();
				}

				return {};
			},
			async close() {
				await promisify(database.close.bind(database))();
			},
		};
	},
};

async function makeSteps(backup: Backup, {stop, onSetbacks}: Call): Promise<void> {
	const step = promisify(backup.step.bind(backup));
	if (stop === undefined) {
		await step(-1);
		if (!backup.completed) throw new Error('The step ended without an error, but the copy is not complete');
		return;
	}

	const count = setbackCounter(onSetbacks);
	for (;;) {
		await step(100);
		count(backup.remaining, backup.pageCount);
		if (backup.completed) return;
		stop.throwIfAborted();
	}
}
