import test from 'ava';
import Database from 'better-sqlite3';
import {MAIN_STOPS, setTag, WAL_STOPS} from '../../helpers/clone-scene.js';
import {makeHeldManager} from '../../helpers/held-manager.js';
import {stateOf, tagged} from '../../helpers/tagged.js';
import {until} from '../../helpers/until.js';

/** When the pair is copied, its size is looked at, and nothing of the source is needed any more. */
const COPIED = {at: 'open copy', time: 2};

for (const wal of [true, false]) {
	test.serial(
		`the source is locked before the first look at it, until it is copied: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			const {manager, hold, source, target, writer} = await makeHeldManager(t, {wal});
			/** Whether somebody else can do what no reader stands in the way of. */
			const isFree = async (): Promise<boolean> => {
				if (wal) {
					const [row] = (await writer.run('PRAGMA wal_checkpoint(TRUNCATE)')) as [{busy: number}];
					return row.busy === 0;
				}

				try {
					await writer.run('BEGIN EXCLUSIVE');
					await writer.run('ROLLBACK');
					return true;
				} catch {
					return false;
				}
			};

			let tag = 0;
			for (const stop of wal ? [...MAIN_STOPS, ...WAL_STOPS] : MAIN_STOPS) {
				await writer.run(setTag(++tag));
				hold.set(stop);
				const copy = manager.backup(source, target);
				await hold.reached(copy);
				t.false(await isFree(), JSON.stringify(stop));
				hold.release();
				const {strategy} = await copy;
				t.is(strategy, 'clone');
				t.deepEqual(stateOf(target), tagged(tag, 250));
			}

			hold.set(COPIED);
			const copy = manager.backup(source, target);
			await hold.reached(copy);
			// The child goes on at once, and the worker lets go as soon as it hears of it.
			await until(isFree, 'the source is let go');
			await writer.run(setTag(++tag));
			hold.release();
			t.is((await copy).strategy, 'clone');
			t.deepEqual(stateOf(target), tagged(tag - 1, 250));
		},
	);
}

for (const wal of [true, false]) {
	test.serial(
		`what this process has locked stays locked while it is cloned: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			const {manager, source, target, writer} = await makeHeldManager(t, {wal});
			const user = new Database(source);
			t.teardown(() => user.close());
			user.exec('BEGIN IMMEDIATE');
			for (const from of [source, user]) {
				t.is((await manager.backup(from, target)).strategy, 'clone');
				await t.throwsAsync(writer.run('BEGIN IMMEDIATE'), {message: 'database is locked'});
			}

			user.exec('COMMIT');
			await t.notThrowsAsync(writer.run('BEGIN IMMEDIATE'));
		},
	);
}
