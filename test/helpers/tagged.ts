import Database from 'better-sqlite3';
import {ACCOUNTS, makeAccounts, type AccountsOptions} from './database.js';

/** What a query tells of a tagged database: one tag only, in as many rows as it was made with. */
export interface TaggedState {
	readonly tag: number;
	readonly mixed: boolean;
	readonly rows: number;
}

export const STATE_SQL =
	'SELECT min(balance) AS tag, min(balance) <> max(balance) AS mixed, count(*) AS rows FROM account';

/** An accounts database with the same number in each row: which of several it is, or a mixture, shows in one query. */
export function makeTagged(path: string, tag: number, options: AccountsOptions = {}): void {
	const database = makeAccounts(path, options);
	database.prepare('UPDATE account SET balance = ?').run(tag);
	database.close();
}

/** The state, and whether the file is sound. */
export function stateOf(path: string): TaggedState & {readonly integrity: unknown} {
	return stateIn(new Database(path, {fileMustExist: true}));
}

/** The same of a database that is open, and closed after that. */
export function stateIn(database: Database.Database): ReturnType<typeof stateOf> {
	try {
		const integrity = database.pragma('integrity_check', {simple: true});
		const {tag, mixed, rows} = database.prepare<[], {tag: number; mixed: number; rows: number}>(STATE_SQL).get() ?? {
			tag: NaN,
			mixed: 1,
			rows: 0,
		};
		return {tag, mixed: mixed !== 0, rows, integrity};
	} finally {
		database.close();
	}
}

export function tagged(tag: number, rows = ACCOUNTS): ReturnType<typeof stateOf> {
	return {tag, mixed: false, rows, integrity: 'ok'};
}
