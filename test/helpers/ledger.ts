import type {ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {startChild} from './child.js';
import {makeAccounts, type AccountsOptions} from './database.js';

/** A database that counts its transactions. */
export function makeLedger(path: string, generation: number, options: AccountsOptions = {}): void {
	const database = makeAccounts(path, options);
	database.exec('CREATE TABLE ledger (generation INTEGER NOT NULL)');
	database.prepare('INSERT INTO ledger VALUES (?)').run(generation);
	database.close();
}

export function generationOf(path: string): number {
	const database = new Database(path, {fileMustExist: true, timeout: 20_000});
	try {
		return database.prepare<[], number>('SELECT generation FROM ledger').pluck().get() ?? NaN;
	} finally {
		database.close();
	}
}

export interface LedgerWriter {
	/** The generations that were the last ones when an older state came in their place, in order. */
	stop(): Promise<{readonly lost: readonly number[]}>;
}

/** Another process that commits one generation after another. */
export async function startLedgerWriter(t: ExecutionContext, path: string): Promise<LedgerWriter> {
	const child = startChild(t, 'ledger.ts', [path]);
	await child.receive();
	return {
		async stop() {
			child.send('stop');
			return (await child.receive()) as {readonly lost: readonly number[]};
		},
	};
}
