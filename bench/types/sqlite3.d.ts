/** What the bench uses of `sqlite3` (node-sqlite3), so that types are checked also where it is not installed. */
declare module 'sqlite3' {
	type Callback = (error: Error | null) => void;

	interface Backup {
		readonly completed: boolean;
		/** Pages, after the last step. */
		readonly remaining: number;
		readonly pageCount: number;
		step(pages: number, callback: Callback): void;
		finish(callback: Callback): void;
	}

	class Database {
		constructor(path: string, callback: Callback);
		get(sql: string, callback: (error: Error | null, row: unknown) => void): void;
		backup(path: string, callback: Callback): Backup;
		close(callback: Callback): void;
	}

	const sqlite3: {readonly Database: typeof Database; readonly VERSION: string};
	export default sqlite3;
	export type {Backup, Database};
}
