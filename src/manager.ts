import {EventEmitter} from 'eventemitter3';
import {checkRequests, fillBackupAllOptions, type BackupAllOptions} from './backup-all-options.ts';
import {backupAll, type BackupAllRequest, type BackupAllRequests, type BackupOutcome} from './backup-all.ts';
import {withoutThrowing, type Announce, type BackupEvents} from './events.ts';
import type {JobGroup, JobInfo} from './job.ts';
import {fillManagerOptions, type FilledManagerOptions, type ManagerOptions} from './manager-options.ts';
import type {BackupOptions, SnapshotOptions} from './options.ts';
import {toPath} from './paths.ts';
import {fillRestoreOptions, type RestoreOptions} from './restore-options.ts';
import type {BackupResult, RestoreResult} from './result.ts';
import {Scheduler} from './scheduler.ts';
import {resolveSource, type BackupSource} from './source.ts';
import type {ManagerStats} from './stats.ts';
import {MEMORY_TARGET, nameTarget, type BackupTarget} from './target.ts';
import {fillBackupOptions, fillSnapshotOptions} from './validate-backup.ts';

/** Options of {@link BackupManager.close}. */
export interface CloseOptions {
	/** Abort what is queued and running instead of finishing it. */
	readonly force?: boolean | undefined;
}

/**
 * Makes hot copies of live SQLite databases, each in a worker thread.
 *
 * @example
 * ```ts
 * await using manager = new BackupManager({maxThreads: 2});
 * manager.on('progress', ({job, remaining, total}) => console.log(job.target, total - remaining, 'of', total));
 * const {pages, durationMs} = await manager.backup('app.db', 'backups/app.db');
 * ```
 */
export class BackupManager extends EventEmitter<BackupEvents> {
	readonly #options: FilledManagerOptions;
	readonly #scheduler: Scheduler;

	/**
	 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
	 */
	constructor(options: ManagerOptions = {}) {
		super();
		this.#options = fillManagerOptions(options);
		const announce: Announce = (event, ...args) => {
			withoutThrowing(event, () => this.emit(event, ...args));
		};
		this.#scheduler = new Scheduler(this.#options, announce);
	}

	/** What is queued and active, in the order it came. */
	get jobs(): readonly JobInfo[] {
		return this.#scheduler.jobs;
	}

	/** What was done so far, in numbers and times: a frozen copy of this moment. */
	get stats(): ManagerStats {
		return this.#scheduler.stats;
	}

	/** True from the event `needsDrain` until the event `drain`. */
	get needsDrain(): boolean {
		return this.#scheduler.needsDrain;
	}

	/**
	 * Copies a database while it is in use.
	 *
	 * Resolved: the target holds one consistent state that the source had between the call and the result, complete and
	 * flushed to disk. Rejected: the target is what it was.
	 *
	 * @param source a path, a `file:` URL, or an open better-sqlite3 `Database`
	 * @param target a path or `file:` URL, or an open `Database` that is overwritten in place
	 * @throws TypeError, RangeError for wrong arguments; `AbortError` when the signal fires; `BackupError` for all else;
	 * and what `progress` throws, as it is
	 */
	async backup(source: BackupSource, target: BackupTarget, options?: BackupOptions): Promise<BackupResult> {
		return await this.#backup({source, target, options});
	}

	/**
	 * Copies any number of databases, a bounded number at a time, and gives each outcome as soon as it is known. A request
	 * that fails stops none of the others, whatever is wrong with it.
	 *
	 * Requests are pulled only when there is room for them, also where others fill the manager's queue, so that a million of
	 * them need no more memory than a few, and a loop that takes its time holds up the pulling. Leaving the loop early aborts
	 * what is in flight, ends the iterable and waits until the workers have cleaned up. When the iterable throws, what is in flight is finished first; then the loop
	 * throws that error.
	 *
	 * @param requests an iterable or async iterable of `{source, target, options}`: the arguments of `backup`
	 * @throws TypeError, RangeError at once for wrong arguments. Out of the loop, after the outcomes of all that was pulled:
	 * what the iterable throws; `AbortError` when the signal fires; `BackupError` ERR_BACKUP_CLOSED once the manager is closed.
	 * A request that an iterable hands over only after the signal has fired is not begun with and has no outcome: the loop
	 * does not wait for it
	 * @example
	 * ```ts
	 * const requests = tenants.map((tenant) => ({source: `live/${tenant}.db`, target: `backups/${tenant}.db`, tenant}));
	 * for await (const outcome of manager.backupAll(requests)) {
	 *   if (outcome.status === 'rejected') console.error(outcome.request.tenant, outcome.reason);
	 * }
	 * ```
	 */
	backupAll<Request extends BackupAllRequest>(
		requests: BackupAllRequests<Request>,
		options: BackupAllOptions = {},
	): AsyncGenerator<BackupOutcome<Request>, void, undefined> {
		checkRequests(requests);
		return backupAll(requests, fillBackupAllOptions(this.#options, options), {
			refuseWhenClosed: () => {
				this.#scheduler.refuseWhenClosed();
			},
			room: () => this.#scheduler.room,
			start: async (request, group) => await this.#backup(request, group),
		});
	}

	/**
	 * Copies a database into memory while it is in use: the `Buffer` that it resolves to has the whole database, and
	 * `new Database(buffer)` opens it as it is, also when the source is in WAL mode.
	 *
	 * It needs memory: the database twice over while it is taken, once after that. SQLite does not let a database that was
	 * opened from a buffer grow beyond some 1 GiB.
	 *
	 * @param source a path, a `file:` URL, or an open better-sqlite3 `Database`, also one in memory
	 * @throws as {@link BackupManager.backup}; `BackupError` ERR_BACKUP_TOO_LARGE for more than 2,147,483,391 bytes
	 * @example
	 * ```ts
	 * const copy = new Database(await manager.snapshot('app.db'));
	 * ```
	 */
	async snapshot(source: BackupSource, options: SnapshotOptions = {}): Promise<Buffer> {
		const filled = fillSnapshotOptions(this.#options.defaults, options);
		this.#scheduler.admit(filled);
		const spec = {source: resolveSource(source, filled), target: MEMORY_TARGET, options: filled};
		const {image = new ArrayBuffer(0)} = await this.#scheduler.submit(spec);
		return Buffer.from(image);
	}

	/**
	 * Puts a backup in the place of a database, also of one that is in use: connections that have it open go on, and see
	 * the old state or the new one, never a mixture. While it is written, they get `SQLITE_BUSY`: all of them in
	 * rollback-journal mode, writers in WAL mode. Where the target does not exist, it is made.
	 *
	 * The backup is copied to a file beside the target and checked there before the target is touched. Resolved: the target
	 * holds the backup's state, flushed to the disk. Rejected: the target is what it was.
	 *
	 * @param backup the path or `file:` URL of a database, which is not changed
	 * @param target a path or `file:` URL, or an open `Database`, whose file is restored
	 * @throws as {@link BackupManager.backup}; `BackupError` ERR_BACKUP_VERIFY for a backup that does not pass its check, or that is empty
	 * @example
	 * ```ts
	 * await manager.restore('backups/app.db', 'app.db', {safetyCopy: 'backups/before-restore.db'});
	 * ```
	 */
	async restore(backup: string | URL, target: BackupTarget, options: RestoreOptions = {}): Promise<RestoreResult> {
		const {options: filled, safetyCopy} = fillRestoreOptions(this.#options.defaults, options);
		const source = {kind: 'file', path: toPath(backup, 'backup')} as const;
		const named = nameTarget(target, filled);
		this.#scheduler.admit(filled);
		const {result} = await this.#scheduler.submit({source, target: named, options: filled, restore: {safetyCopy}});
		return result;
	}

	/**
	 * Refuses new work with `ERR_BACKUP_CLOSED`, finishes what is queued and running (or, with `force`, aborts it), and
	 * ends the threads. Past `closeTimeout` it aborts the rest.
	 */
	async close({force = false}: CloseOptions = {}): Promise<void> {
		const closed = this.#scheduler.close();
		if (force) this.#scheduler.abortAll();
		await closed;
	}

	/** Aborts every job and ends the threads: `close({force: true})`. */
	async destroy(): Promise<void> {
		await this.close({force: true});
	}

	/** `close()`, for `await using`. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #backup({source, target, options}: BackupAllRequest, group?: JobGroup): Promise<BackupResult> {
		const filled = fillBackupOptions(this.#options.defaults, options);
		const named = nameTarget(target, filled);
		this.#scheduler.admit(filled);
		const spec = {source: resolveSource(source, filled), target: named, options: filled};
		const {result} = await this.#scheduler.submit(spec, group);
		return result;
	}
}
