import {WHOLE} from '../sides/batch.js';
import type {Caller} from './caller.js';
import {setbackCounter} from './setbacks.js';

/** The `backup()` of `node:sqlite`, a hundred pages a step, in a thread of libuv. To stop it, `progress` throws. */
export const nodeSqlite: Caller = {
	async open(source, {whole = false}) {
		const {backup, DatabaseSync} = await import('node:sqlite');
		const database = new DatabaseSync(source);
		database.prepare('SELECT count(*) FROM sqlite_schema').get();
		return {
			async copy(target, {stop, onSetbacks}) {
				const count = setbackCounter(onSetbacks);
				await backup(database, target, {
					rate: whole ? WHOLE : 100,
					progress({remainingPages, totalPages}) {
						stop?.throwIfAborted();
						count(remainingPages, totalPages);
					},
				});
				return {};
			},
			close() {
				database.close();
			},
		};
	},
};
