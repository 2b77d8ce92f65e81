import type {BackupOptions, FilledBackupOptions, VerifyOption} from './options.ts';
import {toFilePath} from './target.ts';
import {CHECKS} from './validate-backup.ts';
import {checkOptions, choice, instance, type Checks} from './validate.ts';

type SharedOptions = Pick<
	BackupOptions,
	'pages' | 'progress' | 'sleep' | 'signal' | 'maxRate' | 'strategy' | 'stallTimeout' | 'timeout' | 'mode' | 'priority'
>;

/**
 * The options of a restore. Those that a backup has as well mean the same here: the backup is what is copied, and the
 * database that it is restored into is the target. `mode` is for a target that does not exist.
 */
export interface RestoreOptions extends SharedOptions {
	/**
	 * `'full'` or `'quick'`: SQLite's `integrity_check` or `quick_check` of the backup, before the target is touched. One that
	 * does not pass is not restored: `ERR_BACKUP_VERIFY`. There is no restore without a check.
	 * @default 'full', or what the manager's `defaults` say, if that is a check
	 * @see https://sqlite.org/pragma.html#pragma_integrity_check
	 */
	readonly verify?: Exclude<VerifyOption, false> | undefined;
	/**
	 * A path or `file:` URL where the state from before is kept: a whole database, flushed to the disk and put in place as a
	 * backup with `existing: 'replace'` is, before the target changes. It is taken while the target is locked for the
	 * restore, so that it holds the very state that the restore replaces. Nothing is kept of a target that does not exist.
	 *
	 * It takes its place just before the target is committed, so a restore that fails or is aborted before leaves that place
	 * as it was. Should the commit itself fail, it stays: the target is then what it holds. In rollback-journal mode it takes
	 * a child process to read a locked target; where none can be started, the restore fails with `ERR_BACKUP_WORKER`.
	 */
	readonly safetyCopy?: string | URL | undefined;
}

/** {@link RestoreOptions} after validation, as those of the backup of the backup. */
export interface FilledRestoreOptions {
	readonly options: FilledBackupOptions;
	/** Absolute, links not yet followed. */
	readonly safetyCopy: string | undefined;
}

const RESTORE_CHECKS: Checks<RestoreOptions> = {
	pages: CHECKS.pages,
	progress: CHECKS.progress,
	sleep: CHECKS.sleep,
	signal: CHECKS.signal,
	maxRate: CHECKS.maxRate,
	strategy: CHECKS.strategy,
	stallTimeout: CHECKS.stallTimeout,
	timeout: CHECKS.timeout,
	mode: CHECKS.mode,
	priority: CHECKS.priority,
	verify: choice('quick', 'full'),
	safetyCopy: instance('a path or a file: URL', (value) => typeof value === 'string' || value instanceof URL),
};

/**
 * A restore's options over the manager's defaults, of which those count that a restore has as well.
 *
 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
 */
export function fillRestoreOptions(defaults: FilledBackupOptions, given: RestoreOptions): FilledRestoreOptions {
	const {safetyCopy, ...own} = checkOptions('restore option', given, RESTORE_CHECKS);
	return {
		options: Object.freeze({
			...defaults,
			verify: defaults.verify === false ? 'full' : defaults.verify,
			...own,
			snapshot: 'auto',
			existing: 'overwrite',
			checksum: false,
			maxWalBytes: Infinity,
			journalMode: 'keep',
		}),
		safetyCopy: safetyCopy === undefined ? undefined : toFilePath(safetyCopy, 'safety copy'),
	};
}
