/**
 * A process that writes all the time: a generation a transaction, some of which it rolls back. It opens the database anew
 * now and then, keeps away from it while a file says so, and dies in the middle of a transaction if it is told to.
 */
import {existsSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {advance} from './ledger.ts';
import {isBusy, isLikely} from './luck.ts';

const {path, quiet, pause, mortal} = JSON.parse(process.argv[2] ?? '') as {
	readonly path: string;
	/** While this file is there, the database is not open. */
	readonly quiet: string;
	/** Milliseconds between two transactions. */
	readonly pause: number;
	readonly mortal: boolean;
};

function write(database: Database.Database): void {
	database.exec('BEGIN IMMEDIATE');
	try {
		advance(database);
		if (mortal && isLikely(0.01)) process.kill(process.pid, 'SIGKILL');
		database.exec(isLikely(0.05) ? 'ROLLBACK' : 'COMMIT');
	} finally {
		if (database.inTransaction) database.exec('ROLLBACK');
	}
}

let ready = false;
for (;;) {
	const database = new Database(path, {timeout: 100});
	try {
		database.pragma('synchronous = OFF');
		// With little room in memory, a transaction is in the file before it is committed.
		if (isLikely(0.5)) database.pragma('cache_size = 5');
		while (!existsSync(quiet) && !isLikely(0.02)) {
			write(database);
			if (!ready) process.stdout.write('ready\n');
			ready = true;
			await sleep(pause);
		}
	} catch (error) {
		if (!isBusy(error)) throw error;
	} finally {
		database.close();
	}

	await sleep(1);
}
