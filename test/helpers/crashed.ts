import {execFileSync} from 'node:child_process';
import {existsSync, rmSync, statSync} from 'node:fs';
import {withSidecars} from '../../src/sidecars.js';
import {ACCOUNTS, makeAccounts} from './database.js';

/**
 * A database as a crash leaves it, which nobody has open: with `'wal'` half of its accounts are only in the `-wal`; with
 * `'journal'` a transaction has changed every row, and only the hot journal knows what they were.
 */
export function makeCrashed(path: string, kind: 'wal' | 'journal', accounts = ACCOUNTS): void {
	const live = `${path}.live`;
	const database =
		kind === 'wal' ? makeAccounts(live, {wal: true, accounts: accounts / 2}) : makeAccounts(live, {accounts});
	if (kind === 'wal') {
		database.pragma('wal_checkpoint(TRUNCATE)');
		database.pragma('wal_autocheckpoint = 0');
		database.exec(`INSERT INTO account SELECT id + ${String(accounts)}, balance, randomblob(500) FROM account`);
	} else {
		// A cache of no size has to write into the file before the commit.
		database.pragma('cache_size = 1');
		database.exec('BEGIN; UPDATE account SET balance = 0, filler = randomblob(500)');
	}

	copyFiles(live, path);
	database.close();
	for (const file of withSidecars(live)) rmSync(file, {force: true});
	rmSync(`${path}-shm`, {force: true});
	if (statSync(`${path}-${kind}`).size === 0) throw new Error(`There is nothing in the ${kind} of ${path}`);
}

/** Copies a database and its sidecars, in a process of its own: here, closing the files would drop SQLite's locks. */
export function copyFiles(from: string, to: string): void {
	const present = withSidecars(from).filter((file) => existsSync(file));
	for (const file of present) execFileSync('cp', [file, to + file.slice(from.length)]);
}
