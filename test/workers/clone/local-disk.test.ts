import {join} from 'node:path';
import test from 'ava';
import {isOnLocalDisk} from '../../../workers/clone/local-disk.js';
import {makeDirectory} from '../../helpers/directory.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

for (const type of ['ext4', 'btrfs', 'xfs'] as const) {
	const on = canMount(type) ? test.serial : test.serial.skip;
	on(`${type} is a local disk`, (t) => {
		t.true(isOnLocalDisk(mountVolume(t, type)));
	});
}

onLinux('memory is one, for this purpose', (t) => {
	t.true(isOnLocalDisk('/dev/shm'));
});

onLinux('what is not known to be one is none', (t) => {
	t.false(isOnLocalDisk('/proc/self/cmdline'));
	t.false(isOnLocalDisk(join(makeDirectory(t), 'gone.db')));
});
