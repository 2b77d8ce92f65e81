import {existsSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {listDirectory} from '../../helpers/directory.js';
import {MAIN_STOPS, makeCloneScene, setTag, WAL_STOPS, type Mode} from '../../helpers/clone-scene.js';
import type {Stop} from '../../helpers/hold.js';
import {stateOf, tagged} from '../../helpers/tagged.js';

const GROW = 'CREATE TABLE IF NOT EXISTS ballast AS SELECT randomblob(900) AS filler FROM account';
const checkpoint = (mode: string): string => `PRAGMA wal_checkpoint(${mode})`;

const UNFINISHED = 'is in the middle of a transaction';

/** What another process does meanwhile; `TAG` is a commit of a new tag. */
const DEEDS: Readonly<Record<string, readonly string[]>> = {
	commits: ['TAG', 'TAG'],
	'commits and checkpoints (PASSIVE)': ['TAG', checkpoint('PASSIVE')],
	'checkpoints (PASSIVE), commits and checkpoints again': [checkpoint('PASSIVE'), 'TAG', checkpoint('PASSIVE')],
	'commits and checkpoints (FULL)': ['TAG', checkpoint('FULL')],
	'checkpoints (RESTART) and commits': [checkpoint('RESTART'), 'TAG', checkpoint('RESTART'), 'TAG'],
	'checkpoints (TRUNCATE) and commits': [checkpoint('TRUNCATE'), 'TAG', checkpoint('TRUNCATE'), 'TAG'],
	'checkpoints (TRUNCATE)': [checkpoint('TRUNCATE')],
	'grows it': [GROW, 'TAG', checkpoint('PASSIVE')],
	'shrinks it': ['DROP TABLE IF EXISTS ballast', 'VACUUM', checkpoint('PASSIVE'), 'TAG'],
	[UNFINISHED]: ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', setTag(-1)],
	'rolls back': ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', setTag(-1), 'ROLLBACK', checkpoint('PASSIVE')],
	'changes the journal mode': ['PRAGMA journal_mode = DELETE', 'PRAGMA journal_mode = WAL', 'TAG'],
};

const STOPS: Readonly<Record<Mode, readonly Stop[]>> = {
	rollback: MAIN_STOPS,
	'WAL, all of it checkpointed': [...MAIN_STOPS, ...WAL_STOPS],
	WAL: [...MAIN_STOPS, ...WAL_STOPS],
};

for (const [mode, stops] of Object.entries(STOPS) as [Mode, readonly Stop[]][]) {
	test.serial(`${mode}: what is cloned was committed, whatever another process does meanwhile`, async (t) => {
		const scene = await makeCloneScene(t, mode);
		const {writer, staging} = scene;
		let tag = 0;
		/** SQLite refuses what the pin stands in the way of. */
		const attempt = async (statement: string): Promise<void> => {
			try {
				await writer.run(statement === 'TAG' ? setTag(tag + 1) : statement);
				if (statement === 'TAG') tag++;
			} catch (error) {
				t.like(error, {message: 'database is locked'});
			}
		};

		for (const [deed, statements] of Object.entries(DEEDS)) {
			for (const stop of stops) {
				await writer.run(GROW);
				await scene.prepare(++tag);
				const oldest = tag;

				const answer = await scene.clone(stop, async () => {
					for (const statement of statements) await attempt(statement);
				});

				const what = `${deed} at ${JSON.stringify(stop)}`;
				t.is(answer.type, 'cloned', `${what}: ${JSON.stringify(answer)}`);
				t.deepEqual(
					listDirectory(scene.directory).filter((name) => name.startsWith('.')),
					['.hotcopy-test'],
					what,
				);
				const state = stateOf(staging);
				t.like(state, {mixed: false, integrity: 'ok', rows: 250}, what);
				t.true(
					state.tag >= oldest && state.tag <= tag,
					`${what}: ${String(state.tag)} in ${String(oldest)} to ${String(tag)}`,
				);
				if (mode === 'rollback') t.is(tag, oldest, `${what}: the pin was to shut out writers`);
				if (deed === UNFINISHED) await writer.run('ROLLBACK');
			}
		}
	});
}

test.serial('a WAL that a dead process has left beside the staging file is none of the copy', async (t) => {
	const scene = await makeCloneScene(t, 'rollback');
	await scene.prepare(1);
	writeFileSync(`${scene.staging}-wal`, 'left behind');
	t.is((await scene.clone()).type, 'cloned');
	t.false(existsSync(`${scene.staging}-wal`));
	t.deepEqual(stateOf(scene.staging), tagged(1, 250));
});
