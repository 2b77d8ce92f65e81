import type {ExecutionContext} from 'ava';
import {openHere, type OpenHolder} from './connection.js';

/**
 * Locks a database of either journal mode so that nobody else can even read it, until the returned function is called:
 * the way to stop a job at its very beginning for as long as a test needs.
 */
export async function lockOut(
	t: ExecutionContext,
	path: string,
	open: OpenHolder = openHere,
): Promise<() => Promise<void>> {
	const holder = await open(t, path);
	// Before the first read: only then does it shut readers out of a database in WAL mode as well.
	await holder.run('PRAGMA locking_mode = EXCLUSIVE');
	await holder.run('BEGIN EXCLUSIVE');
	return async () => {
		await holder.close();
	};
}
