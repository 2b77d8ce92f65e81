import Database from 'better-sqlite3';

/** The connections of an application that uses better-sqlite3. */
export class Connections {
	readonly #open = new Map<string, Database.Database>();

	open(sources: readonly string[]): void {
		for (const source of sources) {
			const database = new Database(source);
			this.#open.set(source, database);
			// SQLite takes no lock and makes no WAL index before the first read.
			database.prepare('SELECT count(*) FROM sqlite_schema').get();
		}
	}

	get sources(): readonly string[] {
		return [...this.#open.keys()];
	}

	entries(): IterableIterator<[string, Database.Database]> {
		return this.#open.entries();
	}

	close(): void {
		for (const database of this.#open.values()) database.close();
		this.#open.clear();
	}
}

/** As reported by the very library. */
export function betterSqlite3Version(): string {
	const database = new Database(':memory:');
	const sqlite = database.prepare<[], string>('SELECT sqlite_version()').pluck().get();
	database.close();
	return `SQLite ${String(sqlite)}`;
}
