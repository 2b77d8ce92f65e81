import {SMALLEST_PAGE, type Measured} from '../clone/main-file.ts';
import {statFile} from '../identity.ts';
import type {Source} from './open.ts';

/**
 * How large a database is in the state that is being read. Its file may be larger, if it was not cut off yet, or smaller,
 * if the rest is in the WAL.
 *
 * @throws SqliteError, also for a damaged schema, which SQLite parses first
 */
export function sizeOf({connection}: Source): Measured {
	return {
		pages: Number(connection.pragma('main.page_count', {simple: true})),
		pageSize: Number(connection.pragma('main.page_size', {simple: true})),
	};
}

/** Whether there is not one page now. SQLite makes one where it is asked to serialize or to vacuum nothing. */
export function isEmpty({file, image}: Source): boolean {
	const bytes = file === undefined ? image?.length : statFile(file.path)?.size;
	return (bytes ?? 0) < SMALLEST_PAGE;
}
