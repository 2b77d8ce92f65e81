/**
 * A database each committed state of which follows from its generation alone, whoever wrote it: what a copy holds can be
 * compared with what it must hold, to the byte.
 */
import Database from 'better-sqlite3';

export const ACCOUNTS = 400;
const BALANCE = 1000;
const FILLER = 1500;
const LONGEST_FILLER = 3000;

interface Move {
	readonly account: number;
	readonly amount: number;
	/** Bytes of the filler from then on. */
	readonly length: number;
}

/** What the transaction does that makes a generation of the one before it. */
interface Change {
	readonly moves: readonly Move[];
	/** Bytes of the row that it adds to the ballast. */
	readonly ballast: number;
	/** The oldest row of the ballast that stays. */
	readonly oldest: number;
}

function changeOf(generation: number): Change {
	const random = randomOf(generation);
	// Most are small; some do not fit into a small cache, which then writes before the commit.
	const pairs = generation % 40 === 0 ? ACCOUNTS / 8 : 1 + Math.floor(random() * 3);
	const moves: Move[] = [];
	for (let pair = 0; pair < pairs; pair++) {
		const amount = Math.floor(random() * 10);
		for (const signed of [-amount, amount]) {
			const length = Math.floor(random() * LONGEST_FILLER);
			moves.push({account: 1 + Math.floor(random() * ACCOUNTS), amount: signed, length});
		}
	}

	// It grows for a while, then most of it goes.
	const kept = generation % 100 < 80 ? 100 : 10;
	return {moves, ballast: Math.floor(random() * LONGEST_FILLER), oldest: generation - kept};
}

/** Numbers from 0 to 1 that a seed decides: Mulberry32. */
function randomOf(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Never zeros: a page of nothing else is one that could not be read. */
function fillerOf(generation: number, length: number): Buffer {
	return Buffer.alloc(length, 1 + (generation % 255));
}

export interface LedgerOptions {
	readonly wal: boolean;
	readonly pageSize: number;
}

export function makeLedger(path: string, {wal, pageSize}: LedgerOptions): void {
	const database = new Database(path);
	database.pragma(`page_size = ${String(pageSize)}`);
	if (wal) database.pragma('journal_mode = WAL');
	database.exec(`
		CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER, version INTEGER, filler BLOB);
		CREATE TABLE ballast (generation INTEGER PRIMARY KEY, filler BLOB);
		CREATE TABLE ledger (generation INTEGER);
		INSERT INTO ledger VALUES (0);
	`);
	const insert = database.prepare('INSERT INTO account VALUES (?, ?, 0, ?)');
	database.transaction(() => {
		for (let id = 1; id <= ACCOUNTS; id++) insert.run(id, BALANCE, fillerOf(0, FILLER));
	})();
	database.close();
}

/** Makes the next generation, inside a transaction. */
export function advance(database: Database.Database): void {
	const generation = generationOf(database) + 1;
	const {moves, ballast, oldest} = changeOf(generation);
	const move = database.prepare('UPDATE account SET balance = balance + ?, version = ?, filler = ? WHERE id = ?');
	for (const {account, amount, length} of moves) {
		move.run(amount, generation, fillerOf(generation, length), account);
	}

	database.prepare('INSERT INTO ballast VALUES (?, ?)').run(generation, fillerOf(generation, ballast));
	database.prepare('DELETE FROM ballast WHERE generation < ?').run(oldest);
	database.prepare('UPDATE ledger SET generation = ?').run(generation);
}

export function generationOf(database: Database.Database): number {
	return database.prepare<[], number>('SELECT generation FROM ledger').pluck().get() ?? NaN;
}

interface AccountRow {
	readonly balance: number;
	readonly version: number;
	readonly filler: Buffer;
}

/** What a generation holds, made from the beginning. */
class Model {
	generation = 0;
	readonly accounts = new Map<number, AccountRow>();
	readonly ballast = new Map<number, Buffer>();

	constructor() {
		for (let id = 1; id <= ACCOUNTS; id++) {
			this.accounts.set(id, {balance: BALANCE, version: 0, filler: fillerOf(0, FILLER)});
		}
	}

	advance(): void {
		const generation = ++this.generation;
		const {moves, ballast, oldest} = changeOf(generation);
		for (const {account, amount, length} of moves) {
			const {balance = NaN} = this.accounts.get(account) ?? {};
			const filler = fillerOf(generation, length);
			this.accounts.set(account, {balance: balance + amount, version: generation, filler});
		}

		this.ballast.set(generation, fillerOf(generation, ballast));
		for (const old of this.ballast.keys()) {
			if (old < oldest) this.ballast.delete(old);
		}
	}
}

/** Compares databases with what they must hold. */
export class Auditor {
	#model = new Model();

	/**
	 * @returns the generation that the database is of
	 * @throws Error when it is not sound, or not exactly that generation
	 */
	audit(path: string): number {
		const database = new Database(path, {fileMustExist: true});
		try {
			const integrity: unknown = database.pragma('integrity_check', {simple: true});
			if (integrity !== 'ok') throw new Error(`integrity_check says ${String(integrity)}`);
			const generation = generationOf(database);
			this.#reach(generation);
			this.#compare(database);
			return generation;
		} finally {
			database.close();
		}
	}

	#reach(generation: number): void {
		if (!Number.isInteger(generation)) throw new Error('It has no generation');
		if (generation < this.#model.generation) this.#model = new Model();
		while (this.#model.generation < generation) this.#model.advance();
	}

	#compare(database: Database.Database): void {
		const {generation, accounts, ballast} = this.#model;
		const where = `in generation ${String(generation)}`;
		const rows = database.prepare<[], AccountRow & {id: number}>('SELECT * FROM account').all();
		if (rows.length !== accounts.size) throw new Error(`There are ${String(rows.length)} accounts ${where}`);
		for (const {id, balance, version, filler} of rows) {
			const wanted = accounts.get(id);
			if (wanted?.balance !== balance || wanted.version !== version || !wanted.filler.equals(filler)) {
				throw new Error(`Account ${String(id)} is of generation ${String(version)} ${where}`);
			}
		}

		const weights = database.prepare<[], {generation: number; filler: Buffer}>('SELECT * FROM ballast').all();
		const same = weights.every((row) => ballast.get(row.generation)?.equals(row.filler) === true);
		if (weights.length !== ballast.size || !same) throw new Error(`The ballast is another ${where}`);
	}
}
