import {access, realpath, stat} from 'node:fs/promises';
import {BackupError} from '../../errors.ts';
import {messageOf} from '../../message.ts';
import {explainTrimmed, isTrimmed} from '../../trimmed.ts';

/** A database that nobody changes: all of it is in its one file. */
export interface FinishedFile {
	/** As it was given. */
	readonly name: string;
	/** Links followed. */
	readonly path: string;
	readonly bytes: number;
	/** Whether there is an empty `-wal` beside it already. */
	readonly hasWal: boolean;
}

/**
 * Looks at names and sizes only.
 *
 * @throws `BackupError` ERR_BACKUP_SOURCE for what is no file, or has something beside it that SQLite would move into it,
 * so that a check would change it; ERR_BACKUP_VERIFY for an empty file, which only something else can have made so.
 */
export async function findFinishedFile(name: string): Promise<FinishedFile> {
	const path = await realpath(name).catch((cause: unknown) => {
		throw new BackupError('ERR_BACKUP_SOURCE', `${name} cannot be read: ${messageOf(cause)}. Check the path.`, {cause});
	});
	if (isTrimmed(path)) throw new BackupError('ERR_BACKUP_SOURCE', `${name} cannot be read: ${explainTrimmed(path)}.`);
	const stats = await stat(path);
	if (!stats.isFile()) throw new BackupError('ERR_BACKUP_SOURCE', `${name} is not a regular file. Check the path.`);

	if (stats.size === 0) {
		throw new BackupError(
			'ERR_BACKUP_VERIFY',
			`${name} is an empty file. To SQLite that is a sound database without anything in it, and hardly a backup. Use another copy.`,
		);
	}

	for (const sidecar of [walOf(path), `${path}-journal`]) {
		if (((await sizeOf(sidecar)) ?? 0) === 0) continue;
		throw new BackupError(
			'ERR_BACKUP_SOURCE',
			`${name} is not a finished copy: there are changes in ${sidecar}, because it is in use, or because a program did ` +
				'not come to an end. A check would move them. Copy it with: sqlite-hotcopy copy --verify',
		);
	}

	return {name, path, bytes: stats.size, hasWal: (await sizeOf(walOf(path))) !== undefined};
}

/** Whether a check that was killed has left an empty `-wal`, which SQLite makes when it opens a database in WAL mode. */
export async function hasNewWal({path, hasWal}: FinishedFile): Promise<boolean> {
	return !hasWal && (await sizeOf(walOf(path))) === 0;
}

/** @param mode of `fs.constants`, for example `R_OK` */
export async function isAllowed({path}: FinishedFile, mode: number): Promise<boolean> {
	return await access(path, mode).then(
		() => true,
		() => false,
	);
}

function walOf(path: string): string {
	return `${path}-wal`;
}

async function sizeOf(path: string): Promise<number | undefined> {
	return await stat(path).then(
		({size}) => size,
		() => undefined,
	);
}
