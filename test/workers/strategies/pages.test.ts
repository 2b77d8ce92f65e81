import {join} from 'node:path';
import test from 'ava';
import {BackupManager, SQLITE_BUSY} from '../../../src/index.js';
import {openElsewhere} from '../../helpers/connection.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {lockOut} from '../../helpers/lock.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {until} from '../../helpers/until.js';

const manager = new BackupManager();
test.after.always(() => manager.close());

const ROWS = 500;

for (const pages of [0, 3]) {
	for (const depth of [false, 'full'] as const) {
		test.serial(
			`another process that reads the staging file is waited for: pages ${String(pages)}, verify ${String(depth)}`,
			async (t) => {
				const [directory, copies] = [makeDirectory(t), makeDirectory(t)];
				const [source, target] = [join(directory, 'app.db'), join(copies, 'copy.db')];
				makeTagged(source, 2, {accounts: ROWS});
				makeTagged(target, 1);
				const unlock = await lockOut(t, source);
				let busy = 0;
				const copying = manager.backup(source, target, {
					strategy: 'pages',
					pages,
					verify: depth,
					sleep: 0.005,
					progress: (status) => {
						if (status === SQLITE_BUSY) busy++;
					},
				});
				const find = (): string | undefined => listDirectory(copies).find((name) => name.startsWith('.hotcopy-'));
				await until(() => find() !== undefined, 'a staging file');
				const reader = await openElsewhere(t, join(copies, find() ?? ''));
				await reader.run('BEGIN');
				await reader.run('SELECT count(*) FROM sqlite_schema');
				await unlock();
				const before = busy;
				const waiting = until(() => busy > before + 5, 'it waits for the staging file').then(() => 'it waits');

				t.is(await Promise.race([waiting, copying]), 'it waits');
				t.deepEqual(stateOf(target).tag, 1);
				await reader.close();
				t.like(await copying, {strategy: 'pages', verified: depth});
				t.deepEqual(stateOf(target), tagged(2, ROWS));
				t.deepEqual(listDirectory(copies), ['copy.db']);
			},
		);
	}
}
