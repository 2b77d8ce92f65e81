import {createHash, randomBytes} from 'node:crypto';
import {closeSync, openSync, readdirSync, rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {sidecarsOf, withSidecars} from '../../src/sidecars.ts';
import {STAGING_PREFIX} from '../../src/staging-prefix.ts';
import type {JobContext} from '../context.ts';
import {targetError} from '../failures.ts';
import type {Reporter} from '../reporter.ts';
import {isGone, thisProcess, type Owner} from './owner.ts';

/** The file in which a copy is made, in the target's own directory, so that a rename can publish it. */
export interface Staging {
	readonly path: string;
	/** Makes it empty again, with nothing beside it, for another attempt. */
	empty(): void;
	/** Takes it away, with whatever SQLite left beside it. */
	remove(): void;
}

/**
 * Clears away what dead processes left in the target's directory, then makes an empty file that nobody else can read.
 *
 * @param sweep whether to clear: a look takes as long as the directory is large, and that of another job may do
 * @throws `BackupError` ERR_BACKUP_TARGET
 */
export function createStaging(target: string, sweep: boolean, {reporter}: JobContext): Staging {
	try {
		if (sweep) clearStale(dirname(target));
		const path = join(dirname(target), nameFor(target, thisProcess()));
		// Told before it is made: should this thread die, the main thread knows what to remove.
		reporter.post({type: 'staging', path});
		closeSync(openSync(path, 'wx', 0o600));
		return {
			path,
			empty: () => {
				empty(path, target);
			},
			remove: () => {
				remove(path, reporter);
			},
		};
	} catch (error) {
		throw targetError(target, error);
	}
}

/**
 * `.hotcopy-<target>-<host>-<pid>-<start>-<random>`. The target stands for itself by a hash of its name, so that the
 * longest name a file can have still leaves room for the rest.
 */
function nameFor(target: string, {host, pid, startedAt}: Owner): string {
	const mark = createHash('sha256').update(basename(target)).digest('hex').slice(0, 16);
	return [STAGING_PREFIX + mark, host, pid, startedAt, randomBytes(6).toString('hex')].join('.');
}

function clearStale(directory: string): void {
	for (const name of readdirSync(directory)) {
		if (!name.startsWith(STAGING_PREFIX)) continue;
		const owner = parseOwner(name);
		if (owner === undefined || !isGone(owner)) continue;
		try {
			rmSync(join(directory, name), {force: true});
		} catch {
			// It belongs to another user, in a directory that all may write to. That is no reason to make no copy.
		}
	}
}

function parseOwner(name: string): Owner | undefined {
	const match =
		/^\.hotcopy-[\da-f]{16}\.(?<host>[\w-]*)\.(?<pid>\d+)\.(?<startedAt>\d*)\.[\da-f]+(?:-journal|-wal|-shm)?$/.exec(
			name,
		);
	const {host, pid, startedAt} = match?.groups ?? {};
	if (host === undefined || pid === undefined || startedAt === undefined) return undefined;
	return {host, pid: Number(pid), startedAt};
}

/** Nobody else has it open, so its permissions are kept by writing it anew rather than making it anew. */
function empty(path: string, target: string): void {
	try {
		for (const sidecar of sidecarsOf(path)) rmSync(sidecar, {force: true});
		closeSync(openSync(path, 'w', 0o600));
	} catch (error) {
		throw targetError(target, error);
	}
}

/** What cannot be removed now is left to the main thread: the job's own outcome is what counts here. */
function remove(path: string, reporter: Reporter): void {
	try {
		for (const file of withSidecars(path)) rmSync(file, {force: true});
	} catch {
		reporter.post({type: 'leftover', path});
	}
}
