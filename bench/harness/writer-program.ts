/** A process that writes to a database, as fast as it is told, and knows what it got done. */
import {randomInt} from 'node:crypto';
import Database from 'better-sqlite3';
import {serve} from './serve.js';

export type JournalMode = 'WAL' | 'DELETE';

export interface WriterReport {
	/** Transactions that were committed since the last report. */
	readonly transactions: number;
	/** Those that were given up, after SQLite's busy timeout. */
	readonly refused: number;
	readonly seconds: number;
	/** Of the transaction that took longest, waiting for locks included. */
	readonly longestMs: number;
}

export interface WriterMethods {
	/** @param perSecond transactions, evenly spread; 0: none; `Infinity`: one after another */
	start(path: string, journalMode: JournalMode, perSecond: number): Promise<void>;
	/** What was done since the last report, or the start. */
	report(): Promise<WriterReport>;
	/** Ends the writing, and moves what is in the WAL to the database. */
	stop(): Promise<void>;
}

/** SQLite's busy timeout in ms: the default of better-sqlite3. */
const TIMEOUT = 5000;
/** Milliseconds of work between two looks at what else there is to do. */
const BURST = 5;

let database: Database.Database | undefined;
let writing = false;
let count = newCount();

serve<WriterMethods>({
	async start(path, journalMode, perSecond) {
		database = new Database(path, {timeout: TIMEOUT});
		database.pragma(`journal_mode = ${journalMode}`);
		// Flushes would keep it from its rate. https://sqlite.org/pragma.html#pragma_synchronous
		database.pragma('synchronous = OFF');
		const transfer = transferOn(database);
		count = newCount();
		writing = true;
		if (perSecond === Infinity) writeOn(transfer);
		else if (perSecond > 0) writeInTime(transfer, 1000 / perSecond);
		return Promise.resolve();
	},
	async report() {
		const {start, ...done} = count;
		count = newCount();
		return Promise.resolve({...done, seconds: (performance.now() - start) / 1000});
	},
	async stop() {
		writing = false;
		database?.pragma('wal_checkpoint(TRUNCATE)');
		database?.close();
		return Promise.resolve();
	},
});

function newCount(): {transactions: number; refused: number; longestMs: number; readonly start: number} {
	return {transactions: 0, refused: 0, longestMs: 0, start: performance.now()};
}

/** Moves money between two accounts, so that the sum of all stays what it is. */
function transferOn(db: Database.Database): () => void {
	const accounts = db.prepare<[], number>('SELECT max(id) FROM account').pluck().get() ?? 0;
	const move = db.prepare('UPDATE account SET balance = balance + ? WHERE id = ?');
	const transfer = db.transaction((from: number, to: number, amount: number) => {
		move.run(-amount, from);
		move.run(amount, to);
	});
	return () => {
		const start = performance.now();
		try {
			transfer.immediate(1 + randomInt(accounts), 1 + randomInt(accounts), randomInt(100));
			count.transactions++;
		} catch (error) {
			if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
			count.refused++;
		}

		count.longestMs = Math.max(count.longestMs, performance.now() - start);
	};
}

function writeOn(transfer: () => void): void {
	const burst = (): void => {
		if (!writing) return;
		const end = performance.now() + BURST;
		do transfer();
		while (performance.now() < end);
		setImmediate(burst);
	};
	burst();
}

/** What was missed during a wait is made up for, as requests that queue up would be. */
function writeInTime(transfer: () => void, interval: number): void {
	let due = performance.now() + interval;
	const catchUp = (): void => {
		if (!writing) return;
		const end = performance.now() + BURST;
		for (; due <= performance.now() && performance.now() < end; due += interval) transfer();
		setTimeout(catchUp, due - performance.now());
	};
	setTimeout(catchUp, interval);
}
