import {SIDE_NAMES, type LIMIT, type SideName} from '../sides/index.js';
import {backupLine} from '../sides/shell-backup.js';
import {vacuumLine} from '../sides/shell-vacuum.js';
import {betterSqlite3} from './better-sqlite3.js';
import type {Caller} from './caller.js';
import {cpython} from './cpython.js';
import {hotcopy} from './hotcopy.js';
import {nodeSqlite} from './node-sqlite.js';
import {nodeSqlite3} from './node-sqlite3.js';
import {shellCaller} from './shell.js';

export type CallerName = Exclude<SideName, typeof LIMIT>;

/** All that a database in use can be copied with, under the names that they have as sides. */
export const CALLERS: Readonly<Record<CallerName, Caller>> = {
	'sqlite-hotcopy': hotcopy,
	'better-sqlite3': betterSqlite3,
	'node:sqlite': nodeSqlite,
	'node-sqlite3': nodeSqlite3,
	CPython: cpython,
	'sqlite3 .backup': shellCaller(backupLine),
	'sqlite3 VACUUM INTO': shellCaller(vacuumLine),
};

export const CALLER_NAMES = SIDE_NAMES.filter(isCallerName);

function isCallerName(name: string): name is CallerName {
	return Object.hasOwn(CALLERS, name);
}

/** @throws Error for a name that is none of them */
export function callerOf(name: string): Caller {
	if (isCallerName(name)) return CALLERS[name];
	throw new Error(`There is no caller "${name}"`);
}
