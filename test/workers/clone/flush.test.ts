import {execFileSync} from 'node:child_process';
import {copyFileSync, existsSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupManager} from '../../../src/index.js';
import {FLUSH_BYTES} from '../../../workers/clone/copy-file.js';
import {makeDirectory} from '../../helpers/directory.js';
import {withDisk} from '../../helpers/disk.js';
import {prepareHold} from '../../helpers/hold.js';
import {preloadChildren} from '../../helpers/preload-children.js';
import {makeTagged, stateOf} from '../../helpers/tagged.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const onThinDisk = canMount('ext4') ? test.serial : test.serial.skip;

/** Of so many bytes that the last of them are what the disk is set to work for, and nothing is left for the last flush. */
function makeExact(path: string): void {
	const pages = FLUSH_BYTES / 4096;
	makeTagged(path, 1, {accounts: pages - 100, filler: 3900});
	const database = new Database(path);
	const count = (): number => Number(database.pragma('page_count', {simple: true}));
	const add = database.prepare('INSERT INTO account (balance, filler) VALUES (1, randomblob(3900))');
	database.transaction(() => {
		while (count() < pages) add.run();
	})();
	if (count() !== pages) throw new Error('It has become too large');
	database.close();
}

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
			makeExact(source);
			const hold = prepareHold(orders);
			const options = preloadChildren(orders, 'preload-hold.ts', hold.env);
			await using manager = new BackupManager({...options, defaults: {strategy: 'clone'}});
			disk.fill(4 * 1024 * 1024);

			// The copy is whole by then, as far as it can be read back, and waits for its last flush.
			hold.set({at: 'open copy', time: 2});
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
