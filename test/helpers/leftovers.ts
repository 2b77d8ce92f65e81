import {statSync} from 'node:fs';
import type {ExecutionContext} from 'ava';
import {openElsewhere} from './connection.js';

/**
 * Leaves a tagged database as a process does that is killed in the middle of a transaction: half of it written, and a
 * hot journal with what was there before.
 */
export async function leaveHotJournal(t: ExecutionContext, path: string): Promise<void> {
	const holder = await openElsewhere(t, path);
	// No room in memory for what is changed, so it goes to the file before the commit.
	await holder.run('PRAGMA cache_size = 1');
	await holder.run('BEGIN IMMEDIATE');
	await holder.run('UPDATE account SET balance = -1, filler = randomblob(700)');
	await holder.kill();
	requireBytes(`${path}-journal`);
}

/** Leaves a tagged database as a process does that is killed with a WAL: the new tag is nowhere but in the `-wal`. */
export async function leaveWal(t: ExecutionContext, path: string, tag: number): Promise<void> {
	const holder = await openElsewhere(t, path);
	await holder.run('PRAGMA journal_mode = WAL');
	await holder.run(`UPDATE account SET balance = ${String(tag)}`);
	await holder.kill();
	requireBytes(`${path}-wal`);
}

function requireBytes(path: string): void {
	if (statSync(path).size === 0) throw new Error(`${path} was to be left with something in it`);
}
