import {WHOLE} from '../sides/batch.js';
import {openConnection} from '../sides/connections.js';
import type {Caller} from './caller.js';
import {setbackCounter} from './setbacks.js';

/** better-sqlite3's `backup()`, a hundred pages a turn of the main thread's event loop. To stop it, `progress` throws. */
export const betterSqlite3: Caller = {
	open(source, {whole = false}) {
		const database = openConnection(source);
		return {
			async copy(target, {stop, onSetbacks}) {
				const count = setbackCounter(onSetbacks);
				await database.backup(target, {
					progress({remainingPages, totalPages}) {
						stop?.throwIfAborted();
						count(remainingPages, totalPages);
						return whole ? WHOLE : 100;
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
