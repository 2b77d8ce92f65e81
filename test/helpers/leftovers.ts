import {existsSync, renameSync, rmSync, statSync} from 'node:fs';
import type {ExecutionContext} from 'ava';
import {withSidecars} from '../../src/sidecars.js';
import {openElsewhere} from './connection.js';
import {copyFiles} from './crashed.js';

/**
 * Leaves a database as a process does that runs SQL on it and is killed after that: with the files that there are at that
 * moment. The process itself lives on, for the next test, since to start one takes longer than all this.
 */
export async function killAfter(t: ExecutionContext, path: string, sql: readonly string[]): Promise<void> {
	const aside = `${path}.killed`;
	const holder = await openElsewhere(t, path);
	for (const statement of sql) await holder.run(statement);
	copyFiles(path, aside);
	await holder.close();
	for (const file of withSidecars(path)) rmSync(file, {force: true});
	for (const file of withSidecars(aside)) {
		if (existsSync(file)) renameSync(file, path + file.slice(aside.length));
	}
}

/**
 * Leaves a tagged database as a process does that is killed in the middle of a transaction: half of it written, and a
 * hot journal with what was there before.
 */
export async function leaveHotJournal(t: ExecutionContext, path: string): Promise<void> {
	await killAfter(t, path, [
		// No room in memory for what is changed, so it goes to the file before the commit.
		'PRAGMA cache_size = 1',
		'BEGIN IMMEDIATE',
		'UPDATE account SET balance = -1, filler = randomblob(700)',
	]);
	requireBytes(`${path}-journal`);
}

/** Leaves a tagged database as a process does that is killed with a WAL: the new tag is nowhere but in the `-wal`. */
export async function leaveWal(t: ExecutionContext, path: string, tag: number): Promise<void> {
	await killAfter(t, path, ['PRAGMA journal_mode = WAL', `UPDATE account SET balance = ${String(tag)}`]);
	requireBytes(`${path}-wal`);
}

function requireBytes(path: string): void {
	if (statSync(path).size === 0) throw new Error(`${path} was to be left with something in it`);
}
