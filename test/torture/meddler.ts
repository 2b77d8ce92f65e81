/**
 * A process that does to a database what may happen to one besides writing, again and again: checkpoints of every mode,
 * readers that stay, VACUUM, and changes of the journal mode.
 */
import {rmSync, writeFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {isBusy, isLikely, pick} from './luck.ts';

const {path, quiet} = JSON.parse(process.argv[2] ?? '') as {readonly path: string; readonly quiet: string};

/** At the most, in ms. */
const LONGEST_READ = 20;
const LONGEST_PAUSE = 5;

async function meddle(database: Database.Database): Promise<void> {
	if (isLikely(0.05)) {
		database.exec('VACUUM');
	} else if (isLikely(0.2)) {
		database.exec('BEGIN');
		database.pragma('user_version');
		await sleep(Math.random() * LONGEST_READ);
		database.exec('COMMIT');
	} else {
		database.pragma(`wal_checkpoint(${pick('PASSIVE', 'FULL', 'RESTART', 'TRUNCATE')})`);
	}
}

/** Nobody may have it open for that: the writers are asked to go. A backup is not, and stands against it. */
async function changeJournalMode(database: Database.Database): Promise<void> {
	writeFileSync(quiet, '');
	try {
		await sleep(LONGEST_PAUSE);
		database.pragma(`journal_mode = ${pick('WAL', 'WAL', 'DELETE', 'TRUNCATE', 'PERSIST')}`);
	} finally {
		rmSync(quiet, {force: true});
	}
}

process.stdout.write('ready\n');
for (;;) {
	const database = new Database(path, {timeout: pick(0, 5)});
	try {
		database.pragma('synchronous = OFF');
		if (isLikely(0.3)) await changeJournalMode(database);
		while (!isLikely(0.1)) {
			await meddle(database);
			await sleep(Math.random() * LONGEST_PAUSE);
		}
	} catch (error) {
		if (!isBusy(error)) throw error;
	} finally {
		database.close();
	}
}
