import {closeSync, constants, copyFileSync, fchmodSync, fstatSync, openSync, statfsSync, type Stats} from 'node:fs';
import {dirname} from 'node:path';

/** The file systems on Linux that can share blocks between files, by `statfs`: btrfs, XFS, bcachefs and ZFS. */
const SHARING_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x2fc12fc1]);

/**
 * Makes an open file and one that is there share their blocks. False where that cannot be done.
 *
 * Both by their descriptors: the source must be this very file, and the target must not be made anew, see `openEmptied`.
 */
export function shareBlocks(source: number, target: string): boolean {
	try {
		if (process.platform !== 'linux' || !SHARING_FILE_SYSTEMS.has(statfsSync(dirname(target)).type)) return false;
		const descriptor = openSync(target, 'r+');
		try {
			if (!admitsNobodyNew(fstatSync(source), fstatSync(descriptor))) return false;
			copyFileSync(nameOf(source), nameOf(descriptor), constants.COPYFILE_FICLONE_FORCE);
			return true;
		} finally {
			// Node.js has given it the source's, also where it then failed.
			fchmodSync(descriptor, 0o600);
			closeSync(descriptor);
		}
	} catch {
		return false;
	}
}

function nameOf(descriptor: number): string {
	return `/proc/self/fd/${String(descriptor)}`;
}

/**
 * Node.js gives the target the permissions of the source while it copies. Nobody may use it by them who could not use the
 * source: in another group, they must not make a difference between that group and all others.
 */
function admitsNobodyNew(source: Stats, target: Stats): boolean {
	return source.gid === target.gid || ((source.mode >> 3) & 0o7) === (source.mode & 0o7);
}
