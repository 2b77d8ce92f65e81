import type {ExecutionContext} from 'ava';
import type Database from 'better-sqlite3';
import {ACCOUNTS} from './database.js';
import {startProgram, type Program} from './program.js';
import {PYTHON} from './python.js';

/** Other people's programs that write to an accounts database without a pause, one transfer a transaction. */
export const FOREIGN_WRITERS = {
	sqlite3: (t: ExecutionContext, path: string): Program =>
		startProgram(t, 'sh', ['-c', SHELL, 'sh', transfers(), path]),
	python3: (t: ExecutionContext, path: string): Program => startProgram(t, PYTHON, ['-c', PYTHON_PROGRAM, path]),
} satisfies Record<string, (t: ExecutionContext, path: string) => Program>;

/** Blocks this thread, whose connection is given, until somebody else has committed. */
export function waitForCommit(database: Database.Database): void {
	const before = dataVersion(database);
	const clock = new Int32Array(new SharedArrayBuffer(4));
	const deadline = performance.now() + 30_000;
	while (dataVersion(database) === before) {
		if (performance.now() > deadline) throw new Error('Nobody has committed anything for 30 s');
		Atomics.wait(clock, 0, 0, 1);
	}
}

function dataVersion(database: Database.Database): unknown {
	return database.pragma('data_version', {simple: true});
}

const SHELL = 'yes "$1" | sqlite3 -cmd ".timeout 5000" -cmd "PRAGMA synchronous = OFF" "$2"';

/** From each account to the next one, in one statement each. */
function transfers(): string {
	return Array.from({length: ACCOUNTS}, (_, index) => {
		const from = index + 1;
		const to = (from % ACCOUNTS) + 1;
		return `UPDATE account SET balance = balance + iif(id = ${String(from)}, -3, 3) WHERE id IN (${String(from)}, ${String(to)});`;
	}).join('\n');
}

const PYTHON_PROGRAM = `
import itertools, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute('PRAGMA synchronous = OFF')
for turn in itertools.count():
    source = turn % ${String(ACCOUNTS)} + 1
    connection.execute('BEGIN IMMEDIATE')
    connection.execute('UPDATE account SET balance = balance - 3 WHERE id = ?', (source,))
    connection.execute('UPDATE account SET balance = balance + 3 WHERE id = ?', (source % ${String(ACCOUNTS)} + 1,))
    connection.execute('COMMIT')
`;
