import type {ExecutionContext} from 'ava';
import {canMount, mountVolume} from './volume.js';

/**
 * A test on a file system that takes names which differ in case for one. Where none can be mounted, which takes root, a
 * loop device, exfat-fuse and exfatprogs, it says so and passes.
 */
export function withCaselessDisk(
	body: (t: ExecutionContext, directory: string) => Promise<void>,
): (t: ExecutionContext) => Promise<void> {
	return async (t) => {
		if (canMount('exfat')) {
			await body(t, mountVolume(t, 'exfat'));
			return;
		}

		t.log('NOT TESTED: no exFAT can be mounted here.');
		t.pass();
	};
}
