import type Database from 'better-sqlite3';

/** What SQLite tells of a checkpoint: whether something kept it from its end, the frames of the WAL, and those that were moved. */
export interface Checkpointed {
	readonly busy: number;
	readonly log: number;
	readonly checkpointed: number;
}

/**
 * @throws SqliteError
 * @see https://sqlite.org/pragma.html#pragma_wal_checkpoint
 */
export function checkpoint(
	database: Pick<Database.Database, 'pragma'>,
	mode: 'PASSIVE' | 'FULL' | 'TRUNCATE',
): Checkpointed {
	// This pragma gives one row of these columns, always.
	const [row] = database.pragma(`wal_checkpoint(${mode})`) as readonly Checkpointed[];
	if (row === undefined) throw new Error('The checkpoint gave no answer');
	return row;
}
