import {statSync, type BigIntStats} from 'node:fs';
import {sidecarsOf} from '../src/sidecars.ts';

/** Which file a path leads to. Looked up by `stat`, which unlike `open` and `close` drops none of SQLite's locks. */
export interface FileIdentity {
	readonly device: bigint;
	readonly inode: bigint;
}

/** Undefined where there is no such file, also because no file could have a name so long, as a sidecar's may be. */
export function statFile(path: string): BigIntStats | undefined {
	try {
		return statSync(path, {bigint: true, throwIfNoEntry: false});
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') return undefined;
		throw error;
	}
}

export function identityOf(stats: BigIntStats): FileIdentity {
	return {device: stats.dev, inode: stats.ino};
}

export function isSameFile(stats: BigIntStats | undefined, identity: FileIdentity): boolean {
	return stats?.dev === identity.device && stats.ino === identity.inode;
}

/** An identity as text, for another process. */
export function markOf({device, inode}: FileIdentity): string {
	return `${String(device)}:${String(inode)}`;
}

/** SQLite opens whatever has a sidecar's name, and the opening of a FIFO may never end. */
export function assertPlainSidecars(path: string): void {
	for (const sidecar of sidecarsOf(path)) {
		const stats = statFile(sidecar);
		if (stats !== undefined && !stats.isFile()) throw new Error(`${sidecar} is not a regular file`);
	}
}
