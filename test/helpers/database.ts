import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import Database from 'better-sqlite3';
import {withSidecars} from '../../src/sidecars.js';

export interface AccountsOptions {
	readonly wal?: boolean;
	readonly accounts?: number;
	/** Bytes of filler in each account's row, which is what makes a database large. */
	readonly filler?: number;
	readonly pageSize?: number;
}

export const ACCOUNTS = 100;
export const BALANCE = 1000;

/**
 * A database of accounts between which transfers move money, one transaction each: in every committed state the sum of
 * the balances is the same, so a copy that mixes two states shows.
 */
export function makeAccounts(path: string, options: AccountsOptions = {}): Database.Database {
	const {wal = false, accounts = ACCOUNTS, filler = 500, pageSize} = options;
	const database = new Database(path);
	if (pageSize !== undefined) database.pragma(`page_size = ${String(pageSize)}`);
	if (wal) database.pragma('journal_mode = WAL');
	database.exec('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler BLOB)');
	database
		.prepare(
			`INSERT INTO account SELECT value, ${String(BALANCE)}, randomblob(${String(filler)})
			FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?) SELECT value FROM n)`,
		)
		.run(accounts);
	return database;
}

/** Opens a database, runs SQL and closes it. */
export function executeHere(path: string, sql: string): void {
	const database = new Database(path);
	database.exec(sql);
	database.close();
}

export interface Health {
	readonly integrity: unknown;
	readonly accounts: number;
	readonly sum: number;
}

/** What a copy of an accounts database must still be. */
export function healthOf(path: string): Health {
	return healthIn(new Database(path, {fileMustExist: true}));
}

/** The same of one that is open, and closed after that. */
export function healthIn(database: Database.Database): Health {
	try {
		const row = database.prepare<[], {accounts: number; sum: number}>(
			'SELECT count(*) AS accounts, sum(balance) AS sum FROM account',
		);
		const {accounts, sum} = row.get() ?? {accounts: 0, sum: 0};
		return {integrity: database.pragma('integrity_check', {simple: true}), accounts, sum};
	} finally {
		database.close();
	}
}

/** The health of every committed state of a database made with so many accounts. */
export function healthy(accounts = ACCOUNTS): Health {
	return {integrity: 'ok', accounts, sum: accounts * BALANCE};
}

/**
 * A database file and its sidecars, each by the hash of its bytes. Only for files that this process has no SQLite
 * connection to: reading them here would drop its locks.
 */
export function fingerprint(path: string): Record<string, string> {
	const present = withSidecars(path).filter((file) => existsSync(file));
	return Object.fromEntries(
		present.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
	);
}
