import {betterSqlite3} from './better-sqlite3.js';
import {cp} from './cp.js';
import {cpython} from './cpython.js';
import {hotcopy} from './hotcopy.js';
import {nodeSqlite} from './node-sqlite.js';
import {nodeSqlite3} from './node-sqlite3.js';
import {shellBackup} from './shell-backup.js';
import {shellVacuum} from './shell-vacuum.js';
import type {Side} from './side.js';

/** All that are compared, in the order in which tables and charts have them. */
export const SIDES = {
	'sqlite-hotcopy': hotcopy,
	'better-sqlite3': betterSqlite3,
	'node:sqlite': nodeSqlite,
	'node-sqlite3': nodeSqlite3,
	CPython: cpython,
	'sqlite3 .backup': shellBackup,
	'sqlite3 VACUUM INTO': shellVacuum,
	'cp + sync (unsafe)': cp,
} as const satisfies Record<string, Side>;

export type SideName = keyof typeof SIDES;

export const OURS: SideName = 'sqlite-hotcopy';
/** What no copy of a live database can be: it reads files that somebody may be writing. The limit, not a peer. */
export const LIMIT = 'cp + sync (unsafe)' satisfies SideName;

export const SIDE_NAMES = Object.keys(SIDES).filter(isSideName);

export function isSideName(value: string): value is SideName {
	return Object.hasOwn(SIDES, value);
}
