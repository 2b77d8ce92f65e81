import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {isSqliteAddon} from '../src/second-sqlite.ts';
import type {Reporter} from './reporter.ts';

const require = createRequire(import.meta.url);

let reported = false;

/** Tells the main thread, once for each thread, which files with SQLite inside are loaded. */
export function reportLibraries(reporter: Reporter): void {
	if (reported) return;
	reported = true;
	reporter.post({type: 'libraries', paths: [...new Set(loadedAddons())]});
}

/** On Linux those of the whole process, other threads' included; elsewhere those of this thread. */
function loadedAddons(): string[] {
	const own = Object.keys(require.cache);
	return [...own, ...mappedFiles()].filter((path) => isSqliteAddon(path));
}

function mappedFiles(): string[] {
	try {
		// address perms offset device inode path
		return readFileSync('/proc/self/maps', 'utf8')
			.split('\n')
			.map((line) => line.split(/\s+/).slice(5).join(' '));
	} catch {
		return [];
	}
}
