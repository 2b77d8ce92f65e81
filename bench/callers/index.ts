import {SIDE_NAMES, type SideName} from '../sides/index.js';
import type {Caller} from './caller.js';

/** Not what reads the file of a database that is in use. */
export type CallerName = Exclude<SideName, 'cp + sync (unsafe)'>;

/** All that a database in use can be copied with. As with the sides, a process loads no SQLite but its own caller's. */
export const CALLERS: Readonly<Record<CallerName, () => Promise<Caller>>> = {
	'sqlite-hotcopy': async () => (await import('./hotcopy.js')).hotcopy,
	'better-sqlite3': async () => (await import('./better-sqlite3.js')).betterSqlite3,
	'node:sqlite': async () => (await import('./node-sqlite.js')).nodeSqlite,
	'node-sqlite3': async () => (await import('./node-sqlite3.js')).nodeSqlite3,
	CPython: async () => (await import('./cpython.js')).cpython,
	'sqlite3 .backup': async () => (await import('./shell-backup.js')).shellBackup,
	'sqlite3 VACUUM INTO': async () => (await import('./shell-vacuum.js')).shellVacuum,
};

export const CALLER_NAMES = SIDE_NAMES.filter(isCallerName);

export function isCallerName(name: string): name is CallerName {
	return Object.hasOwn(CALLERS, name);
}
