import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {isTrimmed} from './trimmed.ts';
import {show} from './validate.ts';

/**
 * An absolute path from what a caller gave. Absolute, because better-sqlite3 trims file names: a name with leading
 * spaces is only safe behind a directory.
 *
 * @throws TypeError for what names no file: another type, another URL scheme, a NUL (SQLite would stop reading there), or
 * white space at the very end (better-sqlite3 would trim it and open another file).
 */
export function toPath(value: string | URL, what: string): string {
	const path = typeof value === 'string' ? value : fromUrl(value, what);
	if (path === '') throw new TypeError(`Expected the ${what} to be a path, but got an empty string`);
	if (path === ':memory:') {
		throw new TypeError(`Expected the ${what} to be a file, but got ':memory:', which no other thread can reach`);
	}

	if (path.includes('\0')) throw new TypeError(`Expected the ${what} to have no NUL in it, but got ${show(path)}`);
	if (isTrimmed(path)) {
		throw new TypeError(
			`Expected the ${what} to have no white space at its end, but got ${show(path)}: better-sqlite3 trims names ` +
				'and would open another file. Rename the file.',
		);
	}

	return resolve(path);
}

function fromUrl(value: unknown, what: string): string {
	if (!(value instanceof URL)) {
		throw new TypeError(`Expected the ${what} to be a string or a file: URL, but got ${show(value)}`);
	}

	if (value.protocol !== 'file:') {
		throw new TypeError(`Expected the ${what} to be a file: URL, but got ${show(value.href)}`);
	}

	try {
		return fileURLToPath(value);
	} catch (cause) {
		// A host, or an escape that is none: Node.js throws errors of several classes.
		throw new TypeError(`Expected the ${what} to be a file: URL of this machine, but got ${show(value.href)}`, {cause});
	}
}
