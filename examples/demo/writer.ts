/** The thread behind `startTransfers`: moves money between two random accounts, one transaction each, until stopped. */
import {workerData} from 'node:worker_threads';
import Database from 'better-sqlite3';
import {ACCOUNTS} from './database.js';
import {COUNT, STOP, type WriterData} from './transfers.js';

/** Milliseconds between two transfers: a busy application, not a benchmark of the disk. */
const PAUSE = 1;

const {path, words} = workerData as WriterData;
const database = new Database(path);
// The usual setting for WAL mode. https://sqlite.org/pragma.html#pragma_synchronous
database.pragma('synchronous = NORMAL');
const move = database.prepare('UPDATE account SET balance = balance + ? WHERE id = ?');
const transfer = database.transaction((from: number, to: number, amount: number) => {
	move.run(-amount, from);
	move.run(amount, to);
});
const pick = (): number => 1 + Math.floor(Math.random() * ACCOUNTS);

while (Atomics.load(words, STOP) === 0) {
	transfer.immediate(pick(), pick(), 1 + Math.floor(Math.random() * 100));
	Atomics.add(words, COUNT, 1);
	Atomics.wait(words, STOP, 0, PAUSE);
}

database.close();
