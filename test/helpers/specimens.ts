import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';

/** A small database as bytes, to be broken in a thousand ways. */
export interface Specimen {
	readonly name: string;
	readonly pageSize: number;
	readonly files: readonly SpecimenFile[];
	readonly regions: readonly Region[];
}

export interface SpecimenFile {
	readonly suffix: '' | '-wal' | '-journal';
	readonly bytes: Buffer;
}

/** A stretch of one of a specimen's files, with something of its own to break. */
export interface Region {
	readonly suffix: SpecimenFile['suffix'];
	readonly from: number;
	readonly to: number;
}

interface Recipe {
	readonly name: string;
	readonly pageSize: number;
	readonly pragmas: readonly string[];
	/** The state in which it is copied: closed, or as a killed process would leave it. */
	readonly left?: 'wal' | 'journal';
}

const RECIPES: readonly Recipe[] = [
	{name: 'rollback', pageSize: 1024, pragmas: []},
	{name: 'auto_vacuum', pageSize: 512, pragmas: ['auto_vacuum = FULL']},
	{name: 'wal', pageSize: 1024, pragmas: [], left: 'wal'},
	{name: 'all in the wal', pageSize: 2048, pragmas: ['journal_mode = WAL', 'wal_autocheckpoint = 0'], left: 'wal'},
	{name: 'hot journal', pageSize: 1024, pragmas: [], left: 'journal'},
];

/** https://sqlite.org/fileformat2.html */
const HEADER_BYTES = 100;
const FIRST_FREELIST_PAGE = 32;
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const JOURNAL_HEADER_BYTES = 28;

export function makeSpecimens(directory: string): Specimen[] {
	return RECIPES.map((recipe, index) => make(join(directory, `specimen-${String(index)}`), recipe));
}

function make(path: string, {name, pageSize, pragmas, left}: Recipe): Specimen {
	const database = new Database(path);
	database.pragma(`page_size = ${String(pageSize)}`);
	for (const pragma of pragmas) database.pragma(pragma);
	fill(database);
	if (left === 'wal') leaveWal(database);
	if (left === 'journal') leaveJournal(database);
	// By another process: what this one reads and closes would lose SQLite its locks.
	const copies = (['', '-wal', '-journal'] as const).filter((suffix) => existsSync(path + suffix));
	for (const suffix of copies) execFileSync('cp', [path + suffix, `${path}.copy${suffix}`]);
	if (database.inTransaction) database.exec('ROLLBACK');
	database.close();

	const files = copies.map((suffix) => ({suffix, bytes: readFileSync(`${path}.copy${suffix}`)}));
	if (left !== undefined && !files.some(({suffix, bytes}) => suffix === `-${left}` && bytes.length > pageSize)) {
		throw new Error(`The specimen "${name}" was to have a ${left}`);
	}

	return {name, pageSize, files, regions: files.flatMap((file) => regionsOf(file, pageSize))};
}

/** Trees of several levels, of each kind; overflow pages; and a freelist with trunk and leaves. */
function fill(database: Database.Database): void {
	database.exec(`
		CREATE TABLE item (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE, size REAL CHECK (size >= 0), blob BLOB);
		CREATE INDEX item_size ON item (size, label);
		CREATE TABLE pair (a INTEGER, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
		CREATE TABLE gone AS SELECT randomblob(3000) AS filler;
	`);
	const item = database.prepare('INSERT INTO item VALUES (?, ?, ?, ?)');
	const pair = database.prepare('INSERT INTO pair VALUES (?, ?)');
	database.transaction(() => {
		for (let id = 1; id <= 120; id++) {
			item.run(id, `label ${String(id)}`, id / 7, Buffer.alloc(id % 20 === 0 ? 2500 : 40, id));
			pair.run(id % 10, `pair ${String(id)}`);
		}
	})();
	database.exec('DELETE FROM gone');
	database.exec('DELETE FROM item WHERE id % 20 = 10');
}

/** Some commits in the WAL, and a transaction after them that was never committed. */
function leaveWal(database: Database.Database): void {
	database.pragma('journal_mode = WAL');
	database.pragma('wal_autocheckpoint = 0');
	database.exec("UPDATE item SET label = label || ' again' WHERE id < 20");
	database.exec("INSERT INTO pair SELECT id + 1000, 'late' FROM item");
	database.exec('DELETE FROM item WHERE id BETWEEN 40 AND 60');
	spill(database);
}

/** Half of a transaction in the file, and what was there before in the journal. */
function leaveJournal(database: Database.Database): void {
	spill(database);
}

function spill(database: Database.Database): void {
	database.pragma('cache_size = 5');
	database.exec('BEGIN IMMEDIATE');
	database.exec('UPDATE item SET size = size + 1, blob = zeroblob(60)');
}

function regionsOf({suffix, bytes}: SpecimenFile, pageSize: number): Region[] {
	const region = (from: number, to: number): Region => ({suffix, from, to: Math.min(to, bytes.length)});
	const everything = region(0, bytes.length);
	if (suffix === '-wal') {
		const frameBytes = FRAME_HEADER_BYTES + pageSize;
		const frames = Math.floor((bytes.length - WAL_HEADER_BYTES) / frameBytes);
		const headers = Array.from({length: frames}, (_, frame) => WAL_HEADER_BYTES + frame * frameBytes);
		return [everything, region(0, WAL_HEADER_BYTES), ...headers.map((from) => region(from, from + FRAME_HEADER_BYTES))];
	}

	if (suffix === '-journal') return [everything, region(0, JOURNAL_HEADER_BYTES), region(512, 512 + pageSize + 8)];
	// The header counts twice, and so does the schema's page.
	const pages = Array.from({length: bytes.length / pageSize}, (_, page) =>
		region(page * pageSize, page * pageSize + 16),
	);
	const trunk = (bytes.readUInt32BE(FIRST_FREELIST_PAGE) - 1) * pageSize;
	const freelist = trunk < 0 ? [] : [region(trunk, trunk + 64)];
	return [everything, region(0, HEADER_BYTES), region(16, HEADER_BYTES), region(0, pageSize), ...pages, ...freelist];
}
