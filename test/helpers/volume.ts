import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeDirectory, TEST_DIRECTORY} from './directory.js';

/**
 * A file system in a file. That of `'exfat'` is a program's, by FUSE, so anything may stand behind it, and it takes names
 * that differ in case for one.
 */
export type VolumeType = 'btrfs' | 'xfs' | 'ext4' | 'exfat';

/** The smallest that all of them can be, in bytes. */
const SMALLEST = 320 * 1024 * 1024;

/** Mounts one in an empty directory, until the test is over. */
export function mountVolume(t: ExecutionContext, type: VolumeType, backing = makeDirectory(t)): string {
	const volume = mount(type, backing);
	t.teardown(volume.unmount);
	return volume.directory;
}

/** Whether that works here: it takes root on Linux, and `mkfs` for the type, and for exFAT exfat-fuse. */
export function canMount(type: VolumeType): boolean {
	const backing = mkdtempSync(join(tmpdir(), TEST_DIRECTORY));
	let volume: ReturnType<typeof mount> | undefined;
	try {
		volume = mount(type, backing);
		return true;
	} catch {
		return false;
	} finally {
		volume?.unmount();
		rmSync(backing, {recursive: true});
	}
}

function mount(type: VolumeType, backing: string): {readonly directory: string; readonly unmount: () => void} {
	const directory = join(backing, 'mounted');
	mkdirSync(directory);
	let device: string | undefined;
	const image = join(backing, 'image');
	writeFileSync(image, '');
	truncateSync(image, SMALLEST);
	run(`mkfs.${type}`, ...(type === 'exfat' ? [] : ['-q']), image);
	if (type === 'exfat') device = mountByProgram(image, directory);
	else run('mount', '-o', 'loop', image, directory);

	return {
		directory,
		unmount: () => {
			try {
				// That it works shows that nobody keeps a file open there. A process that is just being started has for a moment all
				// that this one has, so it is tried for a while.
				run(
					'sh',
					'-c',
					'for i in 1 2 3 4 5 6 7 8 9; do umount "$0" 2>/dev/null && exit; sleep 0.2; done; umount "$0"',
					directory,
				);
			} catch (error) {
				run('umount', '--lazy', directory);
				throw error;
			} finally {
				if (device !== undefined) run('losetup', '--detach', device);
			}
		},
	};
}

/** @returns the loop device, which `umount` does not let go of there */
function mountByProgram(image: string, directory: string): string {
	const device = run('losetup', '--show', '--find', image).trim();
	try {
		run('mount.exfat-fuse', device, directory);
		return device;
	} catch (error) {
		run('losetup', '--detach', device);
		throw error;
	}
}

function run(command: string, ...args: string[]): string {
	return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}
