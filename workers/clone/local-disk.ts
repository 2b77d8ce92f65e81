import {statfsSync} from 'node:fs';

/**
 * Local file systems of Linux, by `statfs`: ext2 to ext4, XFS, btrfs, bcachefs, ZFS, F2FS, tmpfs, ramfs and overlayfs. On
 * those a file that is read sees all that was written to it, by whichever process.
 *
 * @see https://man7.org/linux/man-pages/man2/statfs.2.html
 */
const LOCAL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
	0xef53, 0x58465342, 0x9123683e, 0xca451a4e, 0x2fc12fc1, 0xf2f52010, 0x01021994, 0x858458f6, 0x794c7630,
]);

/** False also where it cannot be known: on other systems than Linux, no number tells a network's file systems. */
export function isOnLocalDisk(path: string): boolean {
	if (process.platform !== 'linux') return false;
	try {
		return LOCAL_FILE_SYSTEMS.has(statfsSync(path).type);
	} catch {
		// It was removed just now, say, which is told of when it is to be read.
		return false;
	}
}
