import {accessSync, constants} from 'node:fs';
import {dirname} from 'node:path';
import {BackupError} from '../../src/errors.ts';
import type {TargetRequest} from '../../src/protocol.ts';
import type {JobContext} from '../context.ts';
import {SIDECAR_SUFFIXES} from '../../src/sidecars.ts';
import {assertPlainSidecars, isSameFile, statFile} from '../identity.ts';
import {targetError} from '../failures.ts';
import {hasWal, type SourceFile} from '../source/open.ts';
import {presentSidecars, refuseInUse} from './seize.ts';

/** A target as it was when the job began. */
export interface Target extends TargetRequest {
	readonly directory: string;
	/** Permission bits of the file that is there, if any. */
	readonly oldMode: number | undefined;
	/** Whether it had sidecars, which a look through SQLite may have removed since. */
	readonly hadSidecars: boolean;
}

/**
 * Refuses what can be refused before anything is copied, and opens no file that is in use by other means than SQLite.
 *
 * @throws `BackupError`
 */
export function inspectTarget({request, patience}: JobContext, source: SourceFile | undefined): Target {
	const {path, existing} = request.target;
	const old = look(path);
	const hadSidecars = presentSidecars(path).length > 0;
	if (source !== undefined) {
		if (isSameFile(old, source.identity)) {
			throw new BackupError(
				'ERR_BACKUP_SAME_FILE',
				`The source and the target are the same file, ${source.path}. Choose another target.`,
			);
		}

		refuseSidecarNames(path, source.path);
	}

	refuseSidecarOfAnother(path);
	if (old !== undefined) {
		if (existing === 'fail') throw targetExists(request.target);
		if (!old.isFile()) {
			throw new BackupError(
				'ERR_BACKUP_TARGET',
				`The target ${path} exists and is not a regular file. Choose another target.`,
			);
		}

		if (existing === 'overwrite') refuseReadOnly(path);
		// Told of now rather than after the copy. Where a WAL is left, a look through SQLite would check it in, so that waits.
		if (existing === 'replace' && old.size > 0n && !hasWal(path)) refuseInUse(path, patience);
	}

	return {
		...request.target,
		directory: dirname(path),
		oldMode: old === undefined ? undefined : Number(old.mode) & 0o777,
		hadSidecars,
	};
}

export function targetExists({path, existing}: TargetRequest): BackupError {
	return new BackupError(
		'ERR_BACKUP_TARGET_EXISTS',
		existing === 'fail'
			? `The target ${path} exists, and "existing" is 'fail'. Choose another target, or 'replace' or 'overwrite' it.`
			: `The target ${path} was made in the middle of the job, by somebody else, and is not kept yet. Run it again.`,
	);
}

function look(path: string): ReturnType<typeof statFile> {
	try {
		assertPlainSidecars(path);
		return statFile(path);
	} catch (error) {
		throw targetError(path, error);
	}
}

/** Before a long copy, and before SQLite has left an empty `-wal` beside it. */
function refuseReadOnly(path: string): void {
	try {
		accessSync(path, constants.W_OK);
	} catch (error) {
		throw targetError(path, error);
	}
}

/** @throws `BackupError` ERR_BACKUP_TARGET */
export function refuseSidecarNames(target: string, source: string): void {
	for (const suffix of SIDECAR_SUFFIXES) {
		if (target !== source + suffix && source !== target + suffix) continue;
		throw new BackupError(
			'ERR_BACKUP_TARGET',
			`The target ${target} and the source ${source} are named like a database and its own "${suffix}" file, which SQLite ` +
				'would take them for. Choose another target.',
		);
	}
}

/**
 * SQLite would take the copy for a file of its own. Whether the neighbour is a database is not looked into: to open and close
 * it would drop the locks that connections of this process hold on it.
 */
function refuseSidecarOfAnother(target: string): void {
	for (const suffix of SIDECAR_SUFFIXES) {
		if (!target.endsWith(suffix)) continue;
		const other = target.slice(0, -suffix.length);
		if (statFile(other)?.isFile() !== true) continue;
		throw new BackupError(
			'ERR_BACKUP_TARGET',
			`The target ${target} is named like the "${suffix}" file of ${other}, which SQLite would take it for. Choose another target.`,
		);
	}
}
