import {statSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {withBar} from './bar.js';
import {ACCOUNTS, BALANCE, makeDatabase} from './database.js';
import {count, describeMachine, isSound, megabytes, table} from './report.js';
import {runBetterSqlite3, runHotcopy, watchAlone, type Stage} from './runs.js';
import {startTransfers} from './transfers.js';

const NOTES = `longest gap: for so long nobody else got a turn on the main thread.
begun again: SQLite's backup starts over when another connection writes. sqlite-hotcopy
reads in a single transaction instead; while that lasts, the WAL cannot start over and grows.`;

/** The demo, from the making of the database to the table. */
export async function tour(directory: string, controller: AbortController): Promise<void> {
	const {signal} = controller;
	const path = join(directory, 'live.db');
	console.log(`${describeMachine()}\n`);
	console.log(`A database in WAL mode: ${count(ACCOUNTS)} accounts with ${count(BALANCE)} on each.`);
	await withBar(async (show) => {
		await makeDatabase(path, signal, (fraction) => {
			show(fraction, megabytes(statSync(path).size));
		});
	});

	const database = new Database(path);
	const transfers = startTransfers(path, (error) => {
		controller.abort(error);
	});
	const stage: Stage = {path, transfers, database, directory, signal};
	try {
		console.log('\nA thread that moves money between them, and goes on with it all the time.');
		await watchAlone(stage);

		console.log('\nA copy by sqlite-hotcopy, in a worker thread:');
		const ours = await runHotcopy(stage);

		console.log("\nA copy by better-sqlite3's own backup(), on the main thread:");
		const theirs = await runBetterSqlite3(stage, 'under writes');

		await transfers.stop();
		console.log('\nThe same once more, but now nobody writes:');
		const quiet = await runBetterSqlite3(stage, 'without writes');

		console.log(`\n${table([ours, theirs, quiet])}\n\n${NOTES}`);
		if (!isSound(ours)) process.exitCode = 1;
	} finally {
		await transfers.stop();
		database.close();
	}
}
