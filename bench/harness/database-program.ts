/**
 * The process that makes the sources and checks the copies. A process of its own, so that the bench itself never has a
 * database open while another SQLite works on it.
 */
import {randomBytes, randomInt} from 'node:crypto';
import {copyFileSync, createReadStream} from 'node:fs';
import {Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {setImmediate as nextTurn} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {messageOf} from '../../src/message.js';
import {serve} from './serve.js';

export interface Contents {
	readonly pages: number;
	readonly pageSize: number;
	readonly rows: number;
	/** Of all balances. */
	readonly sum: number;
}

/** What there is to be seen in a file. */
export interface Inspection {
	/** What SQLite's `integrity_check` says, or why it cannot be asked. */
	readonly integrity: string;
	/** Undefined where there are no accounts. */
	readonly contents: Contents | undefined;
}

export interface DatabaseMethods {
	/** Makes as many equal databases as there are paths, in WAL mode, checkpointed and flushed. */
	make(paths: readonly string[], bytes: number): Promise<Contents>;
	/** Reads files from end to end, so that they are in the page cache. */
	warm(paths: readonly string[]): Promise<void>;
	/** The first thing that is wrong with a copy, or undefined. */
	check(paths: readonly string[], expected: Contents, samePages: boolean): Promise<string | undefined>;
	/** Opens a database as an application would, which rolls back what a crash has left. */
	inspect(path: string): Promise<Inspection>;
}

/** With this filler three rows all but fill a page of 4,096 bytes. */
const FILLER = 1300;
const ROWS_A_PAGE = 3;
const PAGE_SIZE = 4096;
/** Rows a transaction. */
const BATCH = 10_000;

serve<DatabaseMethods>({
	async make([first = '', ...others], bytes) {
		const contents = await makeDatabase(first, bytes);
		for (const path of others) copyFileSync(first, path);
		return contents;
	},
	async warm(paths) {
		for (const path of paths) await pipeline(createReadStream(path, {highWaterMark: 2 ** 20}), nowhere());
	},
	async check(paths, expected, samePages) {
		for (const path of paths) {
			const problem = compare(path, expected, samePages);
			if (problem !== undefined) return Promise.resolve(`${path}: ${problem}`);
		}

		return Promise.resolve(undefined);
	},
	async inspect(path) {
		return Promise.resolve(inspect(path));
	},
});

async function makeDatabase(path: string, bytes: number): Promise<Contents> {
	const database = new Database(path);
	try {
		// Nobody needs it if this fails halfway, and it is quicker so.
		database.pragma('journal_mode = OFF');
		database.pragma('synchronous = OFF');
		database.exec('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler BLOB NOT NULL)');
		const insert = database.prepare('INSERT INTO account (balance, filler) VALUES (?, ?)');
		// No two pages are alike and none can be compressed, yet most of the time is not spent on dice.
		const noise = randomBytes(2 ** 20);
		const insertBatch = database.transaction((count: number) => {
			for (let row = 0; row < count; row++) {
				const start = randomInt(noise.length - FILLER);
				insert.run(randomInt(1_000_000), noise.subarray(start, start + FILLER));
			}
		});
		// The first page holds the schema.
		let rest = Math.max(1, Math.round(bytes / PAGE_SIZE) - 2) * ROWS_A_PAGE;
		for (; rest > 0; rest -= BATCH) {
			insertBatch(Math.min(rest, BATCH));
			// A chance to see that the bench has gone.
			await nextTurn();
		}

		// From here on as a careful application has it. The switch also flushes the file.
		database.pragma('synchronous = FULL');
		database.pragma('journal_mode = WAL');
		return contentsOf(database);
	} finally {
		database.close();
	}
}

function compare(path: string, expected: Contents, samePages: boolean): string | undefined {
	let database: Database.Database | undefined;
	try {
		database = new Database(path, {fileMustExist: true});
		const {pages, rows, sum} = contentsOf(database);
		if (samePages && pages !== expected.pages) return `${String(pages)} pages instead of ${String(expected.pages)}`;
		if (rows !== expected.rows) return `${String(rows)} rows instead of ${String(expected.rows)}`;
		if (sum !== expected.sum) return `the sum of its rows is ${String(sum)} instead of ${String(expected.sum)}`;
		return undefined;
	} catch (error) {
		return messageOf(error);
	} finally {
		database?.close();
	}
}

function inspect(path: string): Inspection {
	let database: Database.Database | undefined;
	try {
		database = new Database(path, {fileMustExist: true});
		const integrity = String(database.pragma('integrity_check', {simple: true}));
		const hasAccounts = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'account'").get() !== undefined;
		return {integrity, contents: hasAccounts ? contentsOf(database) : undefined};
	} catch (error) {
		return {integrity: messageOf(error), contents: undefined};
	} finally {
		database?.close();
	}
}

function contentsOf(database: Database.Database): Contents {
	const contents = database
		.prepare<[], Contents>(
			`SELECT page_count AS pages, page_size AS pageSize, count(*) AS rows, sum(balance) AS sum
			FROM account, pragma_page_count, pragma_page_size`,
		)
		.get();
	if (contents === undefined) throw new Error('SQLite does not tell the number of pages');
	return contents;
}

function nowhere(): Writable {
	return new Writable({
		write(_chunk, _encoding, done) {
			done();
		},
	});
}
