import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import Database from 'better-sqlite3';

export function fileOf(directory: string, tenant: number): string {
	return join(directory, `tenant-${String(tenant).padStart(4, '0')}.db`);
}

/** A small database for each tenant: its number and a few notes. */
export async function makeTenants(directory: string, count: number, signal: AbortSignal): Promise<void> {
	for (let tenant = 0; tenant < count; tenant++) {
		const database = new Database(fileOf(directory, tenant));
		// It is faster so, and nobody needs it after a crash.
		database.pragma('journal_mode = OFF');
		database.pragma('synchronous = OFF');
		database.exec(`
			BEGIN;
			CREATE TABLE tenant AS SELECT ${String(tenant)} AS id;
			CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
			INSERT INTO note (text) VALUES ('first'), ('second'), ('third');
			COMMIT`);
		database.close();
		await pause(signal);
	}
}

export function damage(path: string): void {
	writeFileSync(path, 'Somebody has written a letter over this database.\n'.repeat(100));
}

/** @throws Error for a copy that is not its tenant's. */
export async function checkCopies(directory: string, tenants: readonly number[], signal: AbortSignal): Promise<void> {
	for (const tenant of tenants) {
		const path = fileOf(directory, tenant);
		const database = new Database(path, {readonly: true, fileMustExist: true});
		const id: unknown = database.prepare('SELECT id FROM tenant').pluck().get();
		database.close();
		if (id !== tenant) throw new Error(`${path} holds the tenant ${String(id)}`);
		await pause(signal);
	}
}

/** Lets Ctrl-C be heard. */
async function pause(signal: AbortSignal): Promise<void> {
	await turn();
	signal.throwIfAborted();
}
