/** A process that writes all the time: a transfer and a new generation a transaction. It may be killed as well. */
import Database from 'better-sqlite3';

const [, , path = '', pause = '0'] = process.argv;
const database = new Database(path, {timeout: 1000});
database.pragma('synchronous = OFF');
const count = database.prepare<[], number>('SELECT count(*) FROM account').pluck().get() ?? 0;
const move = database.prepare('UPDATE account SET balance = balance + ? WHERE id = ?');
const step = database.prepare('UPDATE ledger SET generation = generation + 1');
const transfer = database.transaction(() => {
	const amount = Math.floor(Math.random() * 10);
	move.run(-amount, 1 + Math.floor(Math.random() * count));
	move.run(amount, 1 + Math.floor(Math.random() * count));
	step.run();
});

const pauses = new Int32Array(new SharedArrayBuffer(4));
process.stdout.write('ready\n');
for (;;) {
	try {
		transfer.immediate();
	} catch (error) {
		if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
	}

	Atomics.wait(pauses, 0, 0, Number(pause));
}
