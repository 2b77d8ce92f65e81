import {execFileSync} from 'node:child_process';
import {closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeDirectory} from './directory.js';

/** A small file system of a test's own, which really fills up. */
export interface Disk {
	/** For the test's files: nothing else is in it. */
	readonly directory: string;
	/** Takes all its space but for so many bytes, rounded down to whole blocks. Synchronous, to be called from a callback. */
	fill(room: number): void;
	/** Gives the space back. */
	free(): void;
	remount(access: 'ro' | 'rw'): void;
}

/** What a file on a {@link Disk} grows by. */
export const BLOCK = 4096;

/** A test on a file system of its own. Where none can be mounted, which takes root on Linux, it says so and passes. */
export function withDisk(
	body: (t: ExecutionContext, disk: Disk) => Promise<void>,
	bytes = 4 * 1024 * 1024,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const disk = mount(t, bytes);
		if (disk === undefined) t.pass();
		else await body(t, disk);
	};
}

function mount(t: ExecutionContext, bytes: number): Disk | undefined {
	const point = makeDirectory(t);
	try {
		run('mount', '-t', 'tmpfs', '-o', `size=${String(bytes)}`, 'tmpfs', point);
	} catch (error) {
		t.log('NOT TESTED: no file system can be mounted here.', error instanceof Error ? error.message : error);
		return undefined;
	}

	t.teardown(() => {
		try {
			// That it works shows that nobody keeps a file open there.
			run('umount', point);
		} catch (error) {
			run('umount', '--lazy', point);
			throw error;
		}
	});
	const directory = join(point, 'files');
	const filler = join(point, 'filler');
	mkdirSync(directory);
	const free = (): void => {
		rmSync(filler, {force: true});
	};
	return {
		directory,
		free,
		fill(room) {
			free();
			const {bavail, bsize} = statfsSync(point);
			write(filler, (bavail - Math.floor(room / bsize)) * bsize);
		},
		remount(access) {
			run('mount', '-o', `remount,${access}`, point);
		},
	};
}

function write(path: string, bytes: number): void {
	const descriptor = openSync(path, 'w');
	try {
		for (let left = bytes; left > 0;) left -= writeSync(descriptor, Buffer.alloc(Math.min(left, 1024 * 1024)));
	} finally {
		closeSync(descriptor);
	}
}

function run(command: string, ...args: string[]): void {
	execFileSync(command, args, {stdio: ['ignore', 'ignore', 'pipe']});
}
