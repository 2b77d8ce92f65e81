import {targetError} from '../failures.ts';
import {identityOf, isSameFile, statFile, type FileIdentity} from '../identity.ts';
import {openFile, type Connection} from '../sqlite.ts';

interface Opened {
	readonly identity: FileIdentity;
	readonly connection: Connection;
}

/**
 * A target that others use, through a connection of our own. It is opened anew when another file has taken its name: on
 * the old file, SQLite would take the new one's journal for its own, roll it back, and delete it.
 */
export class LiveTarget {
	readonly #path: string;
	#opened: Opened | undefined;

	constructor(path: string) {
		this.#path = path;
	}

	/** @throws `BackupError` ERR_BACKUP_TARGET */
	get connection(): Connection {
		const stats = statFile(this.#path);
		if (this.#opened !== undefined && isSameFile(stats, this.#opened.identity)) return this.#opened.connection;
		this.close();
		try {
			if (stats === undefined) throw new Error('it was removed meanwhile');
			const connection = openFile(this.#path);
			this.#opened = {identity: identityOf(stats), connection};
			return connection;
		} catch (error) {
			throw targetError(this.#path, error);
		}
	}

	close(): void {
		this.#opened?.connection.close();
		this.#opened = undefined;
	}
}
