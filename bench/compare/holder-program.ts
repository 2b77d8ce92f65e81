/** A process that holds a lock on a database until it is told to let go. */
import Database from 'better-sqlite3';
import {serve} from '../harness/serve.js';

export interface HolderMethods {
	/** Nobody else can read or write; for a database with a rollback journal. */
	lock(path: string): Promise<void>;
	/** Nobody else can write; for a database with a rollback journal. */
	read(path: string): Promise<void>;
	release(): Promise<void>;
}

let database: Database.Database | undefined;

serve<HolderMethods>({
	async lock(path) {
		database = new Database(path);
		database.exec('BEGIN EXCLUSIVE');
		return Promise.resolve();
	},
	async read(path) {
		database = new Database(path);
		database.exec('BEGIN');
		database.prepare('SELECT count(*) FROM account').get();
		return Promise.resolve();
	},
	async release() {
		database?.close();
		return Promise.resolve();
	},
});
