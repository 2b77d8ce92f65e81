import {statSync, type BigIntStats} from 'node:fs';

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
