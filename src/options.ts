import type {ProgressStatus} from './constants.ts';

/** How an existing target can be treated. */
export const EXISTING_MODES = ['replace', 'overwrite', 'fail'] as const;
/** Whether one read transaction spans the whole copy. */
export const SNAPSHOT_MODES = ['auto', 'pin', 'none'] as const;
/** What the journal mode of the copy can be. */
export const JOURNAL_MODES = ['keep', 'delete'] as const;
/** How thoroughly a copy can be checked. */
export const VERIFY_DEPTHS = ['quick', 'full'] as const;
/** The ways to copy. */
export const STRATEGY_NAMES = ['pages', 'serialize', 'clone', 'vacuum'] as const;
/** The ways to copy, and the choice of the best one. */
export const STRATEGY_OPTIONS = ['auto', ...STRATEGY_NAMES] as const;

/** How an existing target is treated; see {@link BackupOptions.existing}. */
export type ExistingMode = (typeof EXISTING_MODES)[number];
/** Whether one read transaction spans the whole copy; see {@link BackupOptions.snapshot}. */
export type SnapshotMode = (typeof SNAPSHOT_MODES)[number];
/** What the journal mode of the copy is; see {@link BackupOptions.journalMode}. */
export type JournalModeOption = (typeof JOURNAL_MODES)[number];
/** How thoroughly a database is checked. */
export type VerifyDepth = (typeof VERIFY_DEPTHS)[number];
/** How thoroughly a copy is checked; see {@link BackupOptions.verify}. */
export type VerifyOption = false | VerifyDepth;
/** Which checksum of the copy is made; see {@link BackupOptions.checksum}. */
export type ChecksumOption = false | 'sha256';
/** A way to copy, as a result names it. */
export type StrategyName = (typeof STRATEGY_NAMES)[number];
/** A way to copy, or `'auto'` for the best one; see {@link BackupOptions.strategy}. */
export type StrategyOption = (typeof STRATEGY_OPTIONS)[number];

/**
 * Called after every step with SQLite's status, the pages still to copy and the pages in all.
 *
 * The last call has status `SQLITE_DONE` and `remaining` 0. What it throws rejects the job with that same error object,
 * and the target stays as it was, also when the last call throws.
 */
export type ProgressCallback = (status: ProgressStatus, remaining: number, total: number) => void;

/**
 * The options of one backup. They start from CPython's `sqlite3.Connection.backup()`, with its names and units.
 *
 * @see https://docs.python.org/3/library/sqlite3.html#sqlite3.Connection.backup
 */
export interface BackupOptions {
	/**
	 * Pages a step, an integer. 0 or negative: the whole database in one step.
	 * @default 0
	 */
	readonly pages?: number | undefined;
	/** Called after every step, on the caller's thread. */
	readonly progress?: ProgressCallback | undefined;
	/**
	 * Which database of the source: `'main'`, `'temp'` (of a handle), or the name of an attached one. SQLite compares
	 * these names without regard to case.
	 * @default 'main'
	 */
	readonly name?: string | undefined;
	/** Attached databases of a path source: name to path. `name` chooses one of them. */
	readonly attach?: Readonly<Record<string, string | URL>> | undefined;
	/**
	 * Seconds (not milliseconds, as in CPython) to wait before trying again when SQLite was busy or locked. 0 or more.
	 * @default 0.25
	 */
	readonly sleep?: number | undefined;
	/** Cancels the job, queued or running. It then rejects with an `AbortError` whose `cause` is the signal's reason. */
	readonly signal?: AbortSignal | undefined;
	/**
	 * The most bytes a second that are copied, to spare the disk. More than 0. It does not hold back a copy that shuts
	 * out writers, which is one under a pin in rollback-journal mode.
	 * @default Infinity
	 */
	readonly maxRate?: number | undefined;
	/**
	 * `'pin'`: one read transaction for the whole copy, so that writers never restart it. `'none'`: as CPython, a restart
	 * when another connection writes between steps. `'auto'`: a pin in WAL mode and for whole-database steps; otherwise
	 * writers are let in between steps, and after 3 restarts the copy is finished under a pin, so that every backup ends.
	 * @default 'auto'
	 */
	readonly snapshot?: SnapshotMode | undefined;
	/**
	 * How the database is copied. `'pages'`: by SQLite's online backup API, in steps. `'serialize'`: one read of all of it
	 * into memory (2,147,483,391 bytes at the most), one write. `'clone'`: the file system copies the files, in a child
	 * process, under a read transaction; on local disks of Linux. `'vacuum'`: `VACUUM INTO` in a child process, which leaves
	 * out what the source does not use. `'auto'`: `'pages'` where `pages` or `maxRate` is set, else `'serialize'` for small
	 * databases and those in memory, `'clone'` for others, and `'pages'` where that cannot be. All but `'pages'` hold one
	 * read transaction. One that cannot do it gives way to `'pages'`, as does every one to `maxRate`; the result says which
	 * it was.
	 * @default 'auto'
	 * @see https://sqlite.org/backup.html
	 * @see https://sqlite.org/lang_vacuum.html#vacuuminto
	 */
	readonly strategy?: StrategyOption | undefined;
	/**
	 * What happens to a target that exists. `'replace'`: the whole new copy is renamed over it. `'overwrite'`: it is
	 * written in place in one transaction, so that connections that have it open go on. `'fail'`: the job fails.
	 * @default 'replace'
	 */
	readonly existing?: ExistingMode | undefined;
	/**
	 * `'quick'` or `'full'`: SQLite's `quick_check` or `integrity_check` of the copy before it is published, in a process
	 * of its own that an abort kills. A copy that does not pass is not published: `ERR_BACKUP_VERIFY`.
	 * @default false
	 * @see https://sqlite.org/pragma.html#pragma_integrity_check
	 */
	readonly verify?: VerifyOption | undefined;
	/**
	 * `'sha256'`: the result has the SHA-256 of the published file, in hexadecimal. Not for a target that is overwritten
	 * in place: its file is not the copy's, byte for byte, and it may change at any moment.
	 * @default false
	 */
	readonly checksum?: ChecksumOption | undefined;
	/**
	 * Bytes that the source's WAL may grow to while the copy keeps it from being reset, more than 0. Past it the job fails
	 * with `ERR_BACKUP_WAL_LIMIT`, which lets the WAL go.
	 * @default Infinity
	 */
	readonly maxWalBytes?: number | undefined;
	/**
	 * Milliseconds without any progress, because of locks, before the job fails with `ERR_BACKUP_BUSY`. 0 or more;
	 * `Infinity` waits for ever.
	 * @default 60_000
	 */
	readonly stallTimeout?: number | undefined;
	/**
	 * Milliseconds that the job may run, once it runs, before it fails with `ERR_BACKUP_TIMEOUT`. More than 0.
	 * @default Infinity
	 */
	readonly timeout?: number | undefined;
	/**
	 * Permission bits of the copy, 0 to 0o777. Bits that would let others read what they cannot read in the source are
	 * left out. Without it: the source's, and where a file is replaced, no more than that file had.
	 */
	readonly mode?: number | undefined;
	/**
	 * `'keep'`: the copy has the source's journal mode. `'delete'`: the copy of a WAL database is a plain
	 * rollback-journal database, which can be opened on read-only media. A database that is overwritten in place keeps
	 * its own journal mode.
	 * @default 'keep'
	 */
	readonly journalMode?: JournalModeOption | undefined;
	/**
	 * Jobs with a higher number leave the queue first; equal ones in the order they came. An integer.
	 * @default 0
	 */
	readonly priority?: number | undefined;
}

/** The options of a snapshot: those of a backup, but for what is about the target's file. */
export type SnapshotOptions = Omit<BackupOptions, 'existing' | 'checksum' | 'mode' | 'journalMode'>;

/** {@link BackupOptions} after validation, with every default filled in. */
export interface FilledBackupOptions {
	readonly pages: number;
	readonly progress: ProgressCallback | undefined;
	readonly name: string;
	readonly attach: Readonly<Record<string, string | URL>> | undefined;
	readonly sleep: number;
	readonly signal: AbortSignal | undefined;
	readonly maxRate: number;
	readonly snapshot: SnapshotMode;
	readonly strategy: StrategyOption;
	readonly existing: ExistingMode;
	readonly verify: VerifyOption;
	readonly checksum: ChecksumOption;
	readonly maxWalBytes: number;
	readonly stallTimeout: number;
	readonly timeout: number;
	readonly mode: number | undefined;
	readonly journalMode: JournalModeOption;
	readonly priority: number;
}

export const BACKUP_DEFAULTS: FilledBackupOptions = Object.freeze({
	pages: 0,
	progress: undefined,
	name: 'main',
	attach: undefined,
	sleep: 0.25,
	signal: undefined,
	maxRate: Infinity,
	snapshot: 'auto',
	strategy: 'auto',
	existing: 'replace',
	verify: false,
	checksum: false,
	maxWalBytes: Infinity,
	stallTimeout: 60_000,
	timeout: Infinity,
	mode: undefined,
	journalMode: 'keep',
	priority: 0,
});
