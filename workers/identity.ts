import {statSync, type BigIntStats} from 'node:fs';

/** Which file a path leads to. Looked up by `stat`, which unlike `open` and `close` drops none of SQLite's locks. */
export interface FileIdentity {
	readonly device: bigint;
	readonly inode: bigint;
}

export function statFile(path: string): BigIntStats | undefined {
	return statSync(path, {bigint: true, throwIfNoEntry: false});
}

export function identityOf(stats: BigIntStats): FileIdentity {
	return {device: stats.dev, inode: stats.ino};
}

export function isSameFile(stats: BigIntStats | undefined, identity: FileIdentity): boolean {
	return stats?.dev === identity.device && stats.ino === identity.inode;
}
