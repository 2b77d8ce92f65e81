import Database from 'better-sqlite3';
import type {Application, Copied} from './side.js';

/** Connections by the path of their database. */
export type Connections = ReadonlyMap<string, Database.Database>;

export function openConnection(source: string): Database.Database {
	const database = new Database(source);
	// SQLite takes no lock and makes no WAL index before the first read.
	database.prepare('SELECT count(*) FROM sqlite_schema').get();
	return database;
}

/** An application that uses better-sqlite3, and copies in the given way. */
export function application(copy: (connections: Connections, directory: string) => Promise<Copied>): Application {
	const connections = new Map<string, Database.Database>();
	return {
		async open(sources) {
			for (const source of sources) connections.set(source, openConnection(source));
			return Promise.resolve();
		},
		copy: async (directory) => copy(connections, directory),
		async close() {
			for (const database of connections.values()) database.close();
			connections.clear();
			return Promise.resolve();
		},
	};
}

/** The SQLite in better-sqlite3, as it says itself. */
export function betterSqlite3Version(): string {
	const database = new Database(':memory:');
	const sqlite = database.prepare<[], string>('SELECT sqlite_version()').pluck().get();
	database.close();
	return `SQLite ${String(sqlite)}`;
}
