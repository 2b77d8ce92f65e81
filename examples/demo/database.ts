import {setImmediate as nextTurn} from 'node:timers/promises';
import Database from 'better-sqlite3';

export const ACCOUNTS = 50_000;
/** What each account begins with. Transfers move money and never make any, so this fixes the sum for good. */
export const BALANCE = 1000;
export const SUM = ACCOUNTS * BALANCE;

/** Filler that makes an account's row all but fill a page of 4,096 bytes, so that transfers hit pages all over the file. */
const FILLER = 4000;
const BATCH = 1000;

/** A database of accounts, about 200 MB, in WAL mode. Made in batches, so that the bar moves and Ctrl-C is heard. */
export async function makeDatabase(
	path: string,
	signal: AbortSignal,
	onProgress: (fraction: number) => void,
): Promise<void> {
	const database = new Database(path);
	try {
		// Nobody needs it if this fails halfway, and it is quicker so.
		database.pragma('journal_mode = OFF');
		database.pragma('synchronous = OFF');
		database.exec('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler BLOB NOT NULL)');
		const insert = database.prepare('INSERT INTO account VALUES (?, ?, randomblob(?))');
		const insertBatch = database.transaction((first: number) => {
			for (let id = first; id < first + BATCH; id++) insert.run(id, BALANCE, FILLER);
		});
		for (let done = 0; done < ACCOUNTS; done += BATCH) {
			insertBatch(done + 1);
			onProgress((done + BATCH) / ACCOUNTS);
			await nextTurn();
			signal.throwIfAborted();
		}

		// From here on as a careful application has it. The switch also flushes the file, so that no later figure pays for it.
		database.pragma('synchronous = FULL');
		database.pragma('journal_mode = WAL');
	} finally {
		database.close();
	}
}
