import Database from 'better-sqlite3';

/** Bytes of a document, which fills a page of 4,096 bytes with its row. */
const DOCUMENT = 4000;
const PAGE = 4096;

/** Makes a database of so many megabytes in WAL mode, as applications have them. */
export function makeSample(path: string, megabytes: number): void {
	const database = new Database(path);
	try {
		// The switch to WAL flushes the file.
		database.pragma('synchronous = OFF');
		database.exec('CREATE TABLE document (id INTEGER PRIMARY KEY, body BLOB NOT NULL)');
		const insert = database.prepare('INSERT INTO document (body) VALUES (randomblob(?))');
		database.transaction(() => {
			for (let bytes = 0; bytes < megabytes * 1e6; bytes += PAGE) insert.run(DOCUMENT);
		})();
		database.pragma('journal_mode = WAL');
	} finally {
		database.close();
	}
}
