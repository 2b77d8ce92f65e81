/** The thread that writes: a transaction, a pause of a millisecond, and the next; it knows the longest it took. */
import {parentPort, workerData} from 'node:worker_threads';
import Database from 'better-sqlite3';

export interface WriterReport {
	/** The longest transaction since the last report, waiting for locks included. */
	readonly longestMs: number;
}

const {path} = workerData as {path: string};
const database = new Database(path, {timeout: 600_000});
database.pragma('synchronous = OFF');
const count = database.prepare<[], number>('SELECT count(*) FROM account').pluck().get() ?? 1;
const move = database.prepare('UPDATE account SET balance = balance + 1 WHERE id = ?');
let longestMs = 0;

parentPort?.on('message', (message: unknown) => {
	if (message === 'stop') {
		database.close();
		process.exit();
	}

	const report: WriterReport = {longestMs};
	parentPort?.postMessage(report);
	longestMs = 0;
});

function write(): void {
	const start = performance.now();
	move.run(1 + Math.floor(Math.random() * count));
	longestMs = Math.max(longestMs, performance.now() - start);
	setTimeout(write, 1);
}

parentPort?.postMessage('ready');
write();
