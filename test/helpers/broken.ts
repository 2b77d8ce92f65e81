import {closeSync, openSync, readFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import type Database from 'better-sqlite3';
import {makeAccounts} from './database.js';

/** Rows: some 50 KB, and some 3 MB. */
export const SIZES = {small: 50, large: 3000} as const;

const FILLER = 1000;

export type Size = keyof typeof SIZES;

/** An accounts database of so many KB or MB, closed. */
export function makeSound(path: string, size: Size): void {
	makeAccounts(path, {accounts: SIZES[size], filler: FILLER}).close();
}

/** The bytes of a small one. */
export function soundBytes(directory: string): Buffer {
	const path = join(directory, 'sound.db');
	makeSound(path, 'small');
	return readFileSync(path);
}

/** One in which a page has been lost on the disk, which any check sees. */
export function makeTorn(path: string, size: Size): void {
	makeSound(path, size);
	const descriptor = openSync(path, 'r+');
	const pageSize = 4096;
	writeSync(descriptor, Buffer.alloc(pageSize, 0xff), 0, pageSize, 4 * pageSize);
	closeSync(descriptor);
}

/** One with an index that holds other values than its table, which `quick_check` does not compare. */
export function makeBadIndex(path: string, size: Size, name = 'account_index'): void {
	const database = makeAccounts(path, {accounts: SIZES[size], filler: FILLER});
	database.exec(`CREATE INDEX "${name}" ON account (id)`);
	editSchema(database, "UPDATE sqlite_schema SET sql = replace(sql, '(id)', '(balance)') WHERE type = 'index'");
	database.close();
}

/** A database whose check takes hours: for its one row, a CHECK constraint compares some 10^14 bytes. */
export function makeEndless(path: string, size: Size): void {
	const database = makeAccounts(path, {accounts: SIZES[size], filler: FILLER});
	database.pragma('ignore_check_constraints = ON');
	database.exec(`
		CREATE TABLE endless (
			label TEXT CHECK (instr(zeroblob(20000000), CAST(zeroblob(10000000) || label AS BLOB)) = 0)
		);
		INSERT INTO endless VALUES ('x');
	`);
	database.close();
}

/** Writes what SQLite would not let anybody write into the schema. */
export function editSchema(database: Database.Database, sql: string): void {
	database.unsafeMode(true);
	database.pragma('writable_schema = ON');
	database.exec(sql);
	database.pragma('writable_schema = RESET');
	database.unsafeMode(false);
}
