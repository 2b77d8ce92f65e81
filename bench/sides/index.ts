import type {Side} from './side.js';

/**
 * All that are compared, in the order in which tables and charts have them. A process loads its own side alone, and no
 * SQLite but that one's.
 */
export const SIDES = {
	'sqlite-hotcopy': async () => (await import('./hotcopy.js')).hotcopy,
	'better-sqlite3': async () => (await import('./better-sqlite3.js')).betterSqlite3,
	'node:sqlite': async () => (await import('./node-sqlite.js')).nodeSqlite,
	'node-sqlite3': async () => (await import('./node-sqlite3.js')).nodeSqlite3,
	CPython: async () => (await import('./cpython.js')).cpython,
	'sqlite3 .backup': async () => (await import('./shell-backup.js')).shellBackup,
	'sqlite3 VACUUM INTO': async () => (await import('./shell-vacuum.js')).shellVacuum,
	'cp + sync (unsafe)': async () => (await import('./cp.js')).cp,
} as const satisfies Record<string, () => Promise<Side>>;

export type SideName = keyof typeof SIDES;

export const OURS = 'sqlite-hotcopy' satisfies SideName;

export const SIDE_NAMES = Object.keys(SIDES).filter(isSideName);

export function isSideName(value: string): value is SideName {
	return Object.hasOwn(SIDES, value);
}
