import {existsSync} from 'node:fs';
import type {JobContext} from '../context.ts';
import {sourceError} from '../failures.ts';
import {isBusy} from '../sqlite.ts';
import {assertUnmoved, type Source} from './open.ts';
import {watchWal} from './watch-wal.ts';

/** After so many restarts, a copy that lets writers in between its steps is finished under a pin. */
const RESTARTS_BEFORE_PIN = 3;

/**
 * The read transaction of a copy: held for all of it (the pin), or for one step at a time.
 *
 * In WAL mode a pin keeps nobody out: writers append to the WAL. In rollback-journal mode it holds a SHARED lock, so
 * writers wait, and under it this thread must wait for nobody. https://sqlite.org/lockingv3.html
 */
export class Reader {
	readonly #source: Source;
	readonly #job: JobContext;
	#pinned: boolean;
	#reading = false;
	#version: unknown;

	/** @param whole whether the copy is one step, which holds one read transaction whatever is asked for */
	constructor(source: Source, job: JobContext, whole: boolean) {
		const {snapshot} = job.request.copy;
		this.#source = source;
		this.#job = job;
		this.#pinned = whole || snapshot === 'pin';
	}

	/** True while writers are shut out: no wait for the main thread, no pause. */
	get shutsOutWriters(): boolean {
		return this.#source.file !== undefined && this.#reading && !this.#isWal();
	}

	get pinned(): boolean {
		return this.#pinned;
	}

	/** Begins to read, waiting for locks, and counts a restart when another connection has written since the last time. */
	begin(): void {
		if (this.#reading) return;
		const version = this.#job.patience.attempt('source', () => this.#lock());
		if (this.#version !== undefined && version !== this.#version) this.#restarted();
		this.#version = version;
		if (this.#job.request.copy.snapshot === 'auto' && this.#isWal()) this.#pinned = true;
	}

	/** A step is over: without a pin, writers get their turn. */
	endStep(): void {
		if (!this.#pinned) this.end();
	}

	end(): void {
		if (!this.#reading) return;
		this.#source.connection.exec('ROLLBACK');
		this.#reading = false;
	}

	/** @throws `BackupError` ERR_BACKUP_WAL_LIMIT: see {@link watchWal} */
	watchWal(): void {
		const {file} = this.#source;
		if (this.#pinned && this.#reading && file !== undefined) watchWal(file.path, this.#job);
	}

	#lock(): unknown {
		const {connection} = this.#source;
		// Before, because SQLite would take the journal of a file that was renamed over this one for this one's, roll it back
		// and delete it; and after, because all is well only if it is still the same.
		assertUnmoved(this.#source);
		connection.exec('BEGIN');
		try {
			// Its first read takes the lock. A cookie of the header, because it needs no schema to be parsed.
			connection.pragma('main.user_version');
			const version = connection.pragma('main.data_version', {simple: true});
			this.#reading = true;
			assertUnmoved(this.#source);
			return version;
		} catch (error) {
			this.#reading = false;
			if (connection.inTransaction) connection.exec('ROLLBACK');
			throw isBusy(error) ? error : sourceError(this.#source.name, error);
		}
	}

	#restarted(): void {
		const {reporter, request} = this.#job;
		reporter.restarts++;
		if (request.copy.snapshot === 'auto' && reporter.restarts >= RESTARTS_BEFORE_PIN) this.#pinned = true;
	}

	/** Beside a database that is being read in WAL mode there is always a `-wal`; SQLite makes it when it opens the WAL. */
	#isWal(): boolean {
		const {file} = this.#source;
		return file !== undefined && existsSync(`${file.path}-wal`);
	}
}
