import {chmodSync, constants, copyFileSync, fstatSync, statfsSync, statSync, type Stats} from 'node:fs';
import {dirname} from 'node:path';

/** The file systems on Linux that can share blocks between files, by `statfs`: btrfs, XFS, bcachefs and ZFS. */
const SHARING_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x2fc12fc1]);

/** Through the open descriptor, so that it is this very file. False where it cannot be done; then the target is gone. */
export function shareBlocks(source: number, target: string): boolean {
	try {
		if (process.platform !== 'linux' || !SHARING_FILE_SYSTEMS.has(statfsSync(dirname(target)).type)) return false;
		if (!admitsNobodyNew(fstatSync(source), statSync(target))) return false;
		copyFileSync(`/proc/self/fd/${String(source)}`, target, constants.COPYFILE_FICLONE_FORCE);
		chmodSync(target, 0o600);
		return true;
	} catch {
		return false;
	}
}

/**
 * Node.js gives the target the permissions of the source while it copies. Nobody may use it by them who could not use the
 * source: in another group, they must not make a difference between that group and all others.
 */
function admitsNobodyNew(source: Stats, target: Stats): boolean {
	return source.gid === target.gid || ((source.mode >> 3) & 0o7) === (source.mode & 0o7);
}
