import type {BackupOptions} from 'sqlite-hotcopy';

/** The body of `POST /backups`. */
export interface BackupRequest extends Pick<
	BackupOptions,
	'existing' | 'verify' | 'checksum' | 'maxRate' | 'priority'
> {
	readonly name?: string;
}

/**
 * A name of a file in the directory for backups, never a path. It begins with a letter or digit, so that it is neither `..`
 * nor a hidden file, and it ends in `.db`, so that it is never taken for a sidecar of another backup (`app.db-wal`).
 */
const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]*\\.db$';

/** What clients may choose. What is not in here, or out of range, is refused with 400 and a message that says so. */
export const BACKUP_REQUEST = {
	type: 'object',
	// `POST` without a body takes all defaults.
	nullable: true,
	additionalProperties: false,
	properties: {
		name: {type: 'string', pattern: NAME, maxLength: 100},
		existing: {enum: ['fail', 'replace']},
		verify: {enum: [false, 'quick', 'full']},
		checksum: {enum: [false, 'sha256']},
		// Slower, a client could keep a thread busy for days.
		maxRate: {type: 'number', minimum: 100_000, maximum: 1e12},
		priority: {type: 'integer', minimum: -10, maximum: 10},
	},
} as const;

export interface JobParameters {
	readonly id: string;
}

export const JOB_PARAMETERS = {
	type: 'object',
	required: ['id'],
	properties: {id: {type: 'string', maxLength: 64}},
} as const;
