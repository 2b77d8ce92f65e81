import {lstat, readlink} from 'node:fs/promises';
import {basename, dirname, join, resolve, sep} from 'node:path';
import {BackupError} from './errors.ts';
import {findSchema, isDescriptor, isHandle, type DatabaseHandle} from './handle.ts';
import {messageOf} from './message.ts';
import type {ExistingMode, FilledBackupOptions} from './options.ts';
import {toPath} from './paths.ts';
import {realDirectory} from './real-directory.ts';
import type {RestoreRequest} from './protocol.ts';
import {explainTrimmed, isTrimmed} from './trimmed.ts';
import {show} from './validate.ts';

/** Where a copy can go: a path, or a live better-sqlite3 handle, whose file is then overwritten in place. */
export type BackupTarget = string | URL | DatabaseHandle;

/** A target as the caller named it, before its links are followed. */
export interface NamedTarget {
	readonly kind: 'file' | 'memory';
	readonly path: string;
	readonly existing: ExistingMode;
}

/** Where a snapshot goes. */
export const MEMORY_TARGET: NamedTarget = Object.freeze({kind: 'memory', path: ':memory:', existing: 'replace'});

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40;

/**
 * @throws TypeError for what is no target, `BackupError` for a handle that cannot be written to.
 */
export function nameTarget(target: BackupTarget, {existing, checksum}: FilledBackupOptions): NamedTarget {
	const live = isHandle(target);
	if (checksum !== false && (live || existing === 'overwrite')) {
		throw new TypeError(
			'The backup option "checksum" is not for a target that is overwritten in place: its file is not the copy\'s, byte ' +
				'for byte. Use "verify", or \'replace\' the target',
		);
	}

	if (live) return {kind: 'file', path: handleFile(target), existing: 'overwrite'};
	if (typeof target !== 'string' && !((target as unknown) instanceof URL)) {
		throw new TypeError(
			`Expected the target to be a path, a file: URL or an open better-sqlite3 Database, but got ${show(target)}`,
		);
	}

	return {kind: 'file', path: toFilePath(target, 'target'), existing};
}

/**
 * @param what the file is to the caller
 * @throws TypeError for what names no file, or a directory.
 */
export function toFilePath(value: string | URL, what: string): string {
	const path = toPath(value, what);
	const given = typeof value === 'string' ? value : value.pathname;
	if (given.endsWith('/') || given.endsWith(sep)) {
		throw new TypeError(
			`Expected the ${what} to be a file, but got the directory ${show(given)}: add a file name to it`,
		);
	}

	return path;
}

/** @throws `BackupError` ERR_BACKUP_TARGET */
export async function resolveTarget({kind, path}: NamedTarget): Promise<string> {
	return kind === 'memory' ? path : await findTarget(path, 'target');
}

/** @throws `BackupError` ERR_BACKUP_TARGET */
export async function resolveSafetyCopy(restore: RestoreRequest | undefined): Promise<string | undefined> {
	return restore?.safetyCopy === undefined ? undefined : await findTarget(restore.safetyCopy, 'safety copy');
}

async function findTarget(path: string, what: string): Promise<string> {
	const real = await followLinks(path, what);
	if (!isTrimmed(real)) return real;
	throw new BackupError('ERR_BACKUP_TARGET', `The ${what} ${path} cannot be written: ${explainTrimmed(real)}.`);
}

/**
 * Follows every link, also one that leads to a file that does not exist yet: two names of one file must be one target.
 * It only looks at names and never opens a file, which would drop SQLite's locks on it.
 *
 * @throws `BackupError` ERR_BACKUP_TARGET when the directory is missing or cannot be searched.
 */
async function followLinks(path: string, what: string): Promise<string> {
	try {
		let current = path;
		for (let links = 0; links < MAX_LINKS; links++) {
			current = join(await realDirectory(dirname(current)), basename(current));
			const stats = await lstat(current).catch(ignoreMissing);
			if (stats?.isSymbolicLink() !== true) return current;
			current = resolve(dirname(current), await readlink(current));
		}
	} catch (cause) {
		throw new BackupError(
			'ERR_BACKUP_TARGET',
			`The ${what}'s directory ${dirname(path)} cannot be used: ${messageOf(cause)}. Create it, or check the path and its permissions.`,
			{cause},
		);
	}

	throw new BackupError(
		'ERR_BACKUP_TARGET',
		`The ${what} ${path} is a chain of more than ${String(MAX_LINKS)} symbolic links`,
	);
}

function handleFile(handle: DatabaseHandle): string {
	if (!handle.open) {
		throw new BackupError('ERR_BACKUP_TARGET', 'The target handle is closed. Pass an open one, or its path.');
	}

	const schema = findSchema(handle, 'main');
	if (schema?.file === undefined || isDescriptor(schema)) {
		throw new BackupError(
			'ERR_BACKUP_TARGET',
			'The target handle has no file that a worker could open: it is in memory, temporary or opened from a file ' +
				'descriptor. Pass a handle of a database file, or a path.',
		);
	}

	return schema.file;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
	if (error.code !== 'ENOENT') throw error;
}
