import {linkSync, renameSync, statSync} from 'node:fs';
import test from 'ava';
import type {BackupError} from '../../../src/index.js';
import {makeCloneScene, setTag} from '../../helpers/clone-scene.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory} from '../../helpers/directory.js';
import {makeHeldManager} from '../../helpers/held-manager.js';
import type {Stop} from '../../helpers/hold.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {dirname} from 'node:path';

const OTHER = 99;

for (const wal of [true, false]) {
	const mode = wal ? 'WAL' : 'rollback';

	test.serial(`a source that another database is renamed over while it is cloned is told of: ${mode}`, async (t) => {
		const {manager, hold, source, target, writer} = await makeHeldManager(t, {wal});
		await writer.run(setTag(1));
		await manager.backup(source, target);
		const before = fingerprint(target);
		const stops: readonly Stop[] = [
			{at: 'open app.db'},
			{at: 'read app.db 65536'},
			...(wal
				? [
						{at: 'open app.db-shm', time: 2},
						{at: 'open copy-wal', time: 2},
					]
				: []),
		];
		for (const stop of stops) {
			makeTagged(`${source}.other`, OTHER, {wal, accounts: 250});
			linkSync(source, `${source}.own`);
			hold.set(stop);
			const copy = manager.backup(source, target);
			await hold.reached(copy);
			renameSync(`${source}.other`, source);
			hold.release();

			const error: BackupError = await t.throwsAsync(copy, {code: 'ERR_BACKUP_SOURCE'});

			t.regex(error.message, /removed or replaced by another file/, JSON.stringify(stop));
			t.deepEqual(fingerprint(target), before);
			t.deepEqual(listDirectory(dirname(target)), ['copy.db']);
			renameSync(`${source}.own`, source);
		}
	});

	test.serial(`a file that has the source's name for a moment only is not cloned: ${mode}`, async (t) => {
		const {manager, hold, source, target, writer} = await makeHeldManager(t, {wal});
		await writer.run(setTag(1));
		makeTagged(`${source}.other`, OTHER, {wal, accounts: 250});
		linkSync(source, `${source}.own`);
		hold.set({at: 'open app.db'});
		const copy = manager.backup(source, target);
		await hold.reached(copy);
		renameSync(`${source}.other`, source);
		// By then it is open.
		hold.set({at: 'stat app.db'});
		await hold.reached(copy);
		renameSync(`${source}.own`, source);
		hold.release();

		t.is((await copy).strategy, 'pages');
		t.deepEqual(stateOf(target), tagged(1, 250));
	});
}

test.serial('a file that is not the one that was locked is not copied', async (t) => {
	const scene = await makeCloneScene(t, 'rollback');
	const answer = await scene.clone(undefined, undefined, '1:1');
	t.deepEqual(answer, {type: 'unsuited', reason: 'Another file has taken the name of the source'});
	t.is(statSync(scene.staging).size, 0);
});
