import {closeSync, openSync, renameSync, statSync, utimesSync} from 'node:fs';
import test from 'ava';
import {MAIN_STOPS, makeCloneScene, setTag, WAL_STOPS, type Mode} from '../../helpers/clone-scene.js';
import {stateOf, tagged} from '../../helpers/tagged.js';

const LOST = {type: 'unsuited', reason: 'The source was written to in spite of its lock'};

/**
 * As any code in the process of a pin can do that opens and closes a file of its database.
 *
 * @see https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
function dropLocks(source: string, mode: Mode): void {
	for (const file of mode === 'rollback' ? [source] : [source, `${source}-shm`]) closeSync(openSync(file, 'r'));
}

const STOPS = {
	rollback: MAIN_STOPS,
	'WAL, all of it checkpointed': [...MAIN_STOPS, ...WAL_STOPS],
	WAL: [...MAIN_STOPS, ...WAL_STOPS],
};

/**
 * What no pin would let somebody else do: the main file and the WAL are written over. Afterwards the WAL has either all
 * that was changed, or next to nothing of it.
 */
const DEEDS = {
	'all of it once more': ['TAG', 'PRAGMA wal_checkpoint(TRUNCATE)', 'TAG', 'PRAGMA wal_checkpoint(PASSIVE)'],
	'something else': ['TAG', 'PRAGMA wal_checkpoint(TRUNCATE)', 'PRAGMA user_version = 7'],
};

for (const [mode, stops] of Object.entries(STOPS) as [Mode, (typeof STOPS)[Mode]][]) {
	for (const [last, deeds] of Object.entries(DEEDS)) {
		test.serial(
			`${mode}: a source whose lock was lost is cloned as it was committed, or not at all; last, ${last} is written`,
			async (t) => {
				const scene = await makeCloneScene(t, mode);
				const {source, staging, writer} = scene;
				let tag = 0;
				let unsuited = 0;
				for (const stop of stops) {
					await scene.prepare(++tag);
					const oldest = tag;

					const answer = await scene.clone(stop, async () => {
						dropLocks(source, mode);
						for (const deed of deeds) await writer.run(deed === 'TAG' ? setTag(++tag) : deed);
					});

					if (answer.type !== 'cloned') {
						t.deepEqual(answer, LOST, JSON.stringify(stop));
						unsuited++;
						continue;
					}

					const state = stateOf(staging);
					t.like(state, {mixed: false, integrity: 'ok', rows: 250}, JSON.stringify(stop));
					t.true(state.tag >= oldest && state.tag <= tag, JSON.stringify({stop, state, oldest, tag}));
				}

				t.true(unsuited > 0);
			},
		);
	}
}

test.serial('half a transaction in the main file shows, although the change counter is the same', async (t) => {
	const scene = await makeCloneScene(t, 'rollback');
	const {source, writer} = scene;
	await scene.prepare(1);
	await writer.run('PRAGMA cache_size = 1');

	const answer = await scene.clone({at: 'read app.db 65536'}, async () => {
		dropLocks(source, 'rollback');
		await writer.run('BEGIN IMMEDIATE');
		await writer.run('UPDATE account SET balance = 2 WHERE id > 10');
	});

	t.deepEqual(answer, LOST);
});

test.serial(
	'a whole transaction in the main file shows by the change counter, although the time is the same',
	async (t) => {
		const scene = await makeCloneScene(t, 'rollback');
		const {source, writer} = scene;
		await scene.prepare(1);
		// As where the system's clock has gone no further: a whole second, which can be set to the nanosecond.
		const setTime = (): void => {
			utimesSync(source, 1e9, 1e9);
		};
		setTime();
		const {size, mtimeNs} = statSync(source, {bigint: true});

		const answer = await scene.clone({at: 'read app.db 65536'}, async () => {
			dropLocks(source, 'rollback');
			await writer.run(setTag(2));
			setTime();
			t.like(statSync(source, {bigint: true}), {size, mtimeNs});
		});

		t.deepEqual(answer, LOST);
	},
);

test.serial(
	'a file that has the name of the WAL for a moment only is not taken for a WAL that is done with',
	async (t) => {
		const scene = await makeCloneScene(t, 'WAL');
		const {source, staging} = scene;
		await scene.prepare(1);
		const other = await makeCloneScene(t, 'WAL');
		await other.prepare(2);
		await scene.prepare(3);

		const answer = await scene.clone({at: 'open app.db-wal', time: 2}, async (goOn) => {
			renameSync(`${source}-wal`, `${source}-own`);
			renameSync(`${other.source}-wal`, `${source}-wal`);
			await goOn({at: 'open app.db-wal'});
			renameSync(`${source}-own`, `${source}-wal`);
		});
		t.deepEqual(answer, LOST);

		t.is((await scene.clone()).type, 'cloned');
		t.deepEqual(stateOf(staging), tagged(3, 250));
	},
);
