import type {StrategyName, VerifyOption} from './options.ts';

/** What a successful backup did. */
export interface BackupResult {
	/** The job, as its events name it. */
	readonly jobId: string;
	/** The file that was copied, every link followed; `:memory:` or the database's name for one without a file. */
	readonly source: string;
	/** The file that holds the copy, every link followed. */
	readonly target: string;
	/** How the pages were copied. */
	readonly strategy: StrategyName;
	/** Pages in the copy. */
	readonly pages: number;
	/** Bytes in a page. */
	readonly pageSize: number;
	/** Bytes in the copy: `pages` times `pageSize`. */
	readonly bytes: number;
	/** How often another connection's write made the copy start again. */
	readonly restarts: number;
	/** How often a lock made the job wait. */
	readonly busyRetries: number;
	/**
	 * Bytes in the source's WAL at its largest, while the copy kept it from being reset: what writers added meanwhile is
	 * in there. 0 for a copy without a pin, in rollback-journal mode or in memory.
	 */
	readonly walBytes: number;
	/** Milliseconds between the call and the start of the job. */
	readonly queuedMs: number;
	/** Milliseconds between the start of the job and its end. */
	readonly durationMs: number;
	/** How the copy was checked before it was published: what `verify` asked for. */
	readonly verified: VerifyOption;
	/** The published file's SHA-256 in hexadecimal, when `checksum` asked for it. */
	readonly sha256?: string;
}

/** What a successful restore did: what the backup of the backup into the target would have done, and this. */
export interface RestoreResult extends BackupResult {
	/**
	 * The file that holds the state from before, every link followed. Absent where `safetyCopy` did not ask for it, and
	 * where there was nothing to keep, as the target did not exist.
	 */
	readonly safetyCopy?: string;
}
