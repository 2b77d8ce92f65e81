import {accessSync, constants} from 'node:fs';
import {BackupError} from '../../src/errors.ts';
import {messageOf} from '../../src/message.ts';
import type {FileSource, TargetRequest} from '../../src/protocol.ts';
import {readyChild} from '../child.ts';
import {createInnerContext, type JobContext} from '../context.ts';
import {Cancelled, targetError} from '../failures.ts';
import {identityOf, isSameFile, statFile} from '../identity.ts';
import {findSourceFile, openSource, type SourceFile} from '../source/open.ts';
import {sqliteCodeOf} from '../sqlite.ts';
import {copy} from '../strategies/copy.ts';
import type {Copied} from '../strategies/strategy.ts';
import {copyLocked} from './copy-locked.ts';
import {flushDirectory} from './flush.ts';
import {inspectTarget, refuseSidecarNames, type Target} from './inspect.ts';
import {moveOver} from './replace.ts';
import {seal} from './seal.ts';
import {createStaging, type Staging} from './staging.ts';

/** Milliseconds between two looks whether the copy is made. */
const LOOK_INTERVAL = 1;

/**
 * The copy of a database that is about to be overwritten in place. It is made while the connection that will overwrite it
 * has locked it and has not yet written: no commit can fall between what is kept and what is replaced, however busy the
 * database is. It is renamed to its place just before the commit, so that it is there if the commit is, and an abort until
 * then leaves that place as it was.
 */
export class SafetyCopy {
	readonly #live: FileSource;
	/** The copy is a backup in itself. */
	readonly #job: JobContext;
	readonly #target: Target;
	#staging: Staging | undefined;
	#taking: Promise<void> | undefined;
	#taken = false;
	#failure: {readonly error: unknown} | undefined;
	#published = false;

	/**
	 * Refuses what can be refused before anything is copied.
	 *
	 * @param backup what the database is to be overwritten with
	 * @throws `BackupError`
	 */
	constructor(path: string, backup: SourceFile | undefined, job: JobContext) {
		const live = job.request.target.path;
		this.#live = {kind: 'file', path: live};
		this.#job = createInnerContext(job, {
			source: this.#live,
			target: targetAt(path),
			copy: {...job.request.copy, pages: 0, strategy: 'auto', maxRate: Infinity},
			report: {steps: false, tickInterval: Infinity},
		});
		refuseSameFile(path, live, backup);
		for (const other of [live, backup?.path]) if (other !== undefined) refuseSidecarNames(path, other);
		this.#target = choosingAnother(path, () => inspectTarget(this.#job, undefined));
		try {
			accessSync(this.#target.directory, constants.W_OK);
		} catch (error) {
			throw targetError(path, error);
		}
	}

	/** Whether it has come to its place. */
	get published(): boolean {
		return this.#published;
	}

	/** Before the database is locked, since a process takes its time to start. */
	async prepare(): Promise<void> {
		await readyChild(this.#job);
	}

	/**
	 * Whether it is made, whole and flushed. To be asked again and again once the database is locked, which is when it
	 * begins.
	 *
	 * @param wal whether readers get past that lock, as they do in WAL mode
	 * @throws Cancelled, `BackupError`: the database must not be overwritten
	 */
	taken(wal: boolean): boolean {
		this.#taking ??= this.#take(wal).then(
			() => {
				this.#taken = true;
			},
			(error: unknown) => {
				this.#failure = {error: this.#explain(error)};
			},
		);
		if (this.#failure !== undefined) throw this.#failure.error;
		if (!this.#taken) this.#job.patience.sleep(LOOK_INTERVAL);
		return this.#taken;
	}

	/**
	 * Puts it in its place, for good.
	 *
	 * @throws `BackupError` ERR_BACKUP_TARGET_IN_USE, ERR_BACKUP_TARGET
	 */
	publish(): void {
		const [staging, target] = [this.#staging, this.#target];
		if (staging === undefined) throw new Error('There is no safety copy to publish');
		choosingAnother(target.path, () => {
			moveOver(staging, target, this.#job);
		});
		// The target's commit must not reach the disk before this does.
		flushDirectory(this.#target.directory);
		this.#published = true;
	}

	/** Takes away what was not published, once nobody is at work on it any more, who would make it anew. */
	async remove(): Promise<void> {
		await this.#taking;
		this.#staging?.remove();
	}

	async #take(wal: boolean): Promise<void> {
		const {path, sweep} = this.#target;
		const file = findSourceFile(this.#live);
		const staging = createStaging(path, sweep, this.#job);
		this.#staging = staging;
		const copied = await (wal ? this.#read(file, staging) : copyLocked(file, staging.path, this.#job));
		await seal({staging, target: this.#target, file, copied}, this.#job);
	}

	async #read(file: SourceFile, staging: Staging): Promise<Copied> {
		const source = openSource(this.#live, file);
		try {
			return await copy(source, staging, this.#job);
		} finally {
			source.close();
		}
	}

	/** To the caller it is the target that could not be read: the source is the backup. */
	#explain(error: unknown): unknown {
		if (error instanceof Cancelled) return error;
		if (error instanceof BackupError && error.code !== 'ERR_BACKUP_SOURCE') return error;
		return new BackupError(
			'ERR_BACKUP_TARGET',
			`The target ${this.#live.path} could not be kept in ${this.#target.path}, and was not changed: ${messageOf(error)}`,
			{cause: error, sqliteCode: error instanceof BackupError ? error.sqliteCode : sqliteCodeOf(error)},
		);
	}
}

/** What can be done about a file that is in use is not the same as for a target. */
function choosingAnother<T>(path: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		if (!(error instanceof BackupError && error.code === 'ERR_BACKUP_TARGET_IN_USE')) throw error;
		throw new BackupError(
			error.code,
			`The safety copy would take the place of ${path}, which is a database that is in use. Choose another path for "safetyCopy".`,
			{cause: error.cause, sqliteCode: error.sqliteCode},
		);
	}
}

function targetAt(path: string): TargetRequest {
	return {
		kind: 'file',
		path,
		sweep: true,
		existing: 'replace',
		mode: undefined,
		journalMode: 'keep',
		depth: false,
		checksum: false,
	};
}

function refuseSameFile(path: string, live: string, backup: SourceFile | undefined): void {
	const old = statFile(path);
	const target = statFile(live);
	const isTarget = path === live || (target !== undefined && isSameFile(old, identityOf(target)));
	const isBackup = backup !== undefined && isSameFile(old, backup.identity);
	if (!isTarget && !isBackup) return;
	throw new BackupError(
		'ERR_BACKUP_SAME_FILE',
		`The safety copy would take the place of the ${isTarget ? 'target' : 'backup'}, ${path}. Choose another path for ` +
			'"safetyCopy".',
	);
}
