import type Database from 'better-sqlite3';
import {ACCOUNTS} from './database.js';

/** Makes one schema of a connection a tagged database, such as `stateOf` reads. */
export function fillTagged(handle: Database.Database, schema: string, tag: number): void {
	handle.exec(`CREATE TABLE ${schema}.account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler BLOB)`);
	const insert = handle.prepare(`INSERT INTO ${schema}.account (balance, filler) VALUES (?, randomblob(500))`);
	handle.transaction(() => {
		for (let row = 0; row < ACCOUNTS; row++) insert.run(tag);
	})();
}
