import {closeSync, openSync, readSync, writeSync} from 'node:fs';
import Database from 'better-sqlite3';
import {executeHere} from './database.js';

const PAGE = 1024;
/** Children of each page that leads to others: the type of such a page, its header and its cells are small. */
const CHILDREN = 120;
const INTERIOR = 5;
const INTERIOR_HEADER = 12;
const CELL = 5;
const ROOT = 2;
const LEVELS = 4;

/**
 * A database of some KB of which one table has more rows than any disk could hold: each page of its tree leads to the same
 * other one a hundred times over, and that to the next. https://sqlite.org/fileformat2.html#b_tree_pages
 */
export function makeTangle(path: string): void {
	executeHere(
		path,
		`PRAGMA page_size = ${String(PAGE)};
		CREATE TABLE tangle (filler BLOB);
		WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100)
		INSERT INTO tangle SELECT randomblob(300) FROM n`,
	);
	const database = new Database(path);
	const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'tangle'").pluck().get();
	database.close();
	if (root !== ROOT) throw new Error(`The root is page ${String(root)}`);

	const descriptor = openSync(path, 'r+');
	// The leaves are 3, 4, and so on: all but the last of these lead to the next.
	for (const page of [ROOT, ...Array.from({length: LEVELS - 1}, (_, level) => ROOT + 1 + level)]) {
		writeSync(descriptor, interiorPage(page + 1), 0, PAGE, (page - 1) * PAGE);
	}

	const [type] = read(descriptor, (ROOT + LEVELS - 1) * PAGE, 1);
	closeSync(descriptor);
	if (type !== 13) throw new Error('The tree ends with no leaf');
}

function interiorPage(child: number): Buffer {
	const page = Buffer.alloc(PAGE);
	const start = PAGE - CHILDREN * CELL;
	page.writeUInt8(INTERIOR, 0);
	page.writeUInt16BE(CHILDREN, 3);
	page.writeUInt16BE(start, 5);
	page.writeUInt32BE(child, 8);
	for (let cell = 0; cell < CHILDREN; cell++) {
		const at = start + cell * CELL;
		page.writeUInt16BE(at, INTERIOR_HEADER + 2 * cell);
		page.writeUInt32BE(child, at);
		// The key, of a row that is not there.
		page.writeUInt8(1, at + 4);
	}

	return page;
}

function read(descriptor: number, at: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	readSync(descriptor, bytes, 0, length, at);
	return bytes;
}
