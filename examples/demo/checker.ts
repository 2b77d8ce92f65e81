/** The thread behind `checkCopy`. */
import {parentPort, workerData} from 'node:worker_threads';
import Database from 'better-sqlite3';
import type {Health} from './check.js';

const database = new Database(workerData as string, {fileMustExist: true});
const accounts = database.prepare<[], {sum: number}>('SELECT sum(balance) AS sum FROM account');
const health: Health = {
	sum: accounts.get()?.sum ?? 0,
	integrity: String(database.pragma('integrity_check', {simple: true})),
};
database.close();
parentPort?.postMessage(health);
