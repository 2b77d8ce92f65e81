import {execFileSync} from 'node:child_process';
import {copyFileSync, existsSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {BackupManager} from '../../../src/index.js';
import {makeDirectory} from '../../helpers/directory.js';
import {withDisk} from '../../helpers/disk.js';
import {prepareHold} from '../../helpers/hold.js';
import {preloadChildren} from '../../helpers/preload-children.js';
import {makeTagged, stateOf} from '../../helpers/tagged.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const onThinDisk = canMount('ext4') ? test.serial : test.serial.skip;

/**
 * A disk that promises more room than it has, as thin volumes do: a write succeeds, and the flush fails. The system tells
 * of that once. What is flushed after it, when there is room again, succeeds over bytes that are gone.
 */
onThinDisk(
	'what a disk could not keep is not published',
	withDisk(
		async (t, disk) => {
			const orders = makeDirectory(t);
			const volume = mountVolume(t, 'ext4', disk.directory);
			const [source, target] = [join(makeDirectory(t), 'app.db'), join(volume, 'copy.db')];
			makeTagged(source, 1, {accounts: 16_000, filler: 3900});
			const hold = prepareHold(orders);
			const options = preloadChildren(orders, 'preload-hold.ts', hold.env);
			await using manager = new BackupManager({...options, defaults: {strategy: 'clone'}});
			disk.fill(4 * 1024 * 1024);

			// The copy is whole by then, as far as it can be read back, and most of it was flushed, or was to be.
			hold.set({at: 'open copy', time: 3});
			const copy = manager.backup(source, target);
			const outcome = copy.then(
				() => 'published',
				() => 'refused',
			);
			await Promise.race([hold.reached(copy), outcome]).catch(() => undefined);
			disk.free();
			hold.release();

			const how = await outcome;
			t.log(how);
			t.is(existsSync(target), how === 'published');
			if (how === 'refused') return;
			// From the disk, not from memory.
			execFileSync('dd', [`if=${target}`, 'iflag=nocache', 'count=0', 'status=none']);
			const aside = join(orders, 'aside.db');
			copyFileSync(target, aside);
			t.like(stateOf(aside), {integrity: 'ok', mixed: false});
		},
		200 * 1024 * 1024,
	),
);
