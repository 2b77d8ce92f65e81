import {statSync} from 'node:fs';
import {createRequire} from 'node:module';

const require = createRequire(import.meta.url);

let warned = false;

/**
 * Warns, once a process, when more than one copy of SQLite's code is loaded: another better-sqlite3, another binding, or
 * `node:sqlite`. POSIX locks belong to the process, so two copies that have one file open drop each other's locks, and
 * committed rows can be lost. https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application
 *
 * @param workerPaths the addons that a worker has loaded, or sees in the whole process
 */
export function warnOfSecondSqlite(workerPaths: readonly string[]): void {
	if (warned) return;
	const addons = distinctFiles([...workerPaths, ...loadedAddons()]);
	const copies = usesNodeSqlite() ? [...addons, 'node:sqlite'] : addons;
	if (copies.length < 2) return;
	warned = true;
	process.emitWarning(
		`More than one copy of SQLite is loaded in this process: ${copies.join(', ')}. If two of them have the same database ` +
			"open, each drops the other's locks, and committed rows can be lost. Use a single better-sqlite3 (npm dedupe), and " +
			'open no database with two of them.',
		{type: 'SqliteHotcopyWarning', code: 'HOTCOPY_SECOND_SQLITE'},
	);
}

/** Whether a native addon's path is one that has SQLite inside, by the names of the known bindings. */
export function isSqliteAddon(path: string): boolean {
	return /(?:better[-_]sqlite3|node_sqlite3|libsql).*\.node$/.test(path);
}

function loadedAddons(): string[] {
	return Object.keys(require.cache).filter((path) => isSqliteAddon(path));
}

/** One file may have several names, and a loader takes them for one. */
function distinctFiles(paths: readonly string[]): string[] {
	const files = new Map<string, string>();
	for (const path of paths) {
		const stats = statSync(path, {throwIfNoEntry: false});
		files.set(stats === undefined ? path : `${String(stats.dev)}:${String(stats.ino)}`, path);
	}

	return [...files.values()];
}

function usesNodeSqlite(): boolean {
	const loaded: unknown = Reflect.get(process, 'moduleLoadList');
	return Array.isArray(loaded) && loaded.includes('NativeModule sqlite');
}
