import {execFileSync} from 'node:child_process';
import {truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeDirectory} from './directory.js';

/** exFAT needs some room for itself. */
const BYTES = 8 * 1024 * 1024;

/**
 * A test on a file system that takes names which differ in case for one. Where none can be mounted, which takes root, a
 * loop device, exfat-fuse and exfatprogs, it says so and passes.
 */
export function withCaselessDisk(
	body: (t: ExecutionContext, directory: string) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		const directory = mount(t);
		if (directory === undefined) t.pass();
		else await body(t, directory);
	};
}

function mount(t: ExecutionContext): string | undefined {
	const point = makeDirectory(t);
	const image = join(makeDirectory(t), 'image');
	writeFileSync(image, '');
	truncateSync(image, BYTES);
	let device: string | undefined;
	try {
		run('mkfs.exfat', image);
		device = run('losetup', '--show', '--find', image).trim();
		run('mount.exfat-fuse', device, point);
	} catch (error) {
		if (device !== undefined) run('losetup', '--detach', device);
		t.log('NOT TESTED: no exFAT can be mounted here.', error instanceof Error ? error.message : error);
		return undefined;
	}

	const loop = device;
	t.teardown(() => {
		run('umount', point);
		run('losetup', '--detach', loop);
	});
	return point;
}

function run(command: string, ...args: readonly string[]): string {
	return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}
