import {existsSync, statSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {listDirectory} from '../../helpers/directory.js';
import {MAIN_STOPS, makeCloneScene, setTag, SHARE_STOPS, WAL_STOPS, type Mode} from '../../helpers/clone-scene.js';
import {stateOf, tagged} from '../../helpers/tagged.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const BALLAST = 'CREATE TABLE IF NOT EXISTS ballast AS SELECT randomblob(900) AS filler FROM account';
const GROW = 'INSERT INTO ballast SELECT randomblob(900) FROM account';
const checkpoint = (mode: string): string => `PRAGMA wal_checkpoint(${mode})`;

const UNFINISHED = 'is in the middle of a transaction';

const GROWS = 'checkpoints what makes it larger (PASSIVE)';
const SHRINKS = 'checkpoints what makes it smaller (PASSIVE)';

/** What was committed before the clone began, since a checkpoint writes nothing that is newer than a reader. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
	[GROWS]: [GROW],
	[SHRINKS]: ['DROP TABLE ballast', 'VACUUM'],
};

/** What another process does meanwhile; `TAG` is a commit of a new tag. */
const DEEDS: Readonly<Record<string, readonly string[]>> = {
	commits: ['TAG', 'TAG'],
	'commits and checkpoints (PASSIVE)': ['TAG', checkpoint('PASSIVE')],
	'checkpoints (PASSIVE), commits and checkpoints again': [checkpoint('PASSIVE'), 'TAG', checkpoint('PASSIVE')],
	'commits and checkpoints (FULL)': ['TAG', checkpoint('FULL')],
	'checkpoints (RESTART) and commits': [checkpoint('RESTART'), 'TAG', checkpoint('RESTART'), 'TAG'],
	'checkpoints (TRUNCATE) and commits': [checkpoint('TRUNCATE'), 'TAG', checkpoint('TRUNCATE'), 'TAG'],
	'checkpoints (TRUNCATE)': [checkpoint('TRUNCATE')],
	[GROWS]: ['TAG', checkpoint('PASSIVE')],
	[SHRINKS]: [checkpoint('PASSIVE'), 'TAG'],
	[UNFINISHED]: ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', setTag(-1)],
	'rolls back': ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', setTag(-1), 'ROLLBACK', checkpoint('PASSIVE')],
	'changes the journal mode': ['PRAGMA journal_mode = DELETE', 'PRAGMA journal_mode = WAL', 'TAG'],
};

const MODES: readonly Mode[] = ['rollback', 'WAL, all of it checkpointed', 'WAL'];

const CASES = MODES.flatMap((mode) =>
	[false, true].map((shares) => ({
		mode,
		shares,
		stops: [...(shares ? SHARE_STOPS : MAIN_STOPS), ...(mode === 'rollback' ? [] : WAL_STOPS)],
	})),
);

const canShare = canMount('btrfs');

for (const {mode, shares, stops} of CASES) {
	const title = shares ? `${mode}, where blocks are shared` : mode;
	const where = !shares || canShare ? test.serial : test.serial.skip;

	where(`${title}: what is cloned was committed, whatever another process does meanwhile`, async (t) => {
		const place = shares ? {directory: mountVolume(t, 'btrfs'), shares} : {};
		const scene = await makeCloneScene(t, mode, place);
		const {source, writer, staging} = scene;
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
				await writer.run(BALLAST);
				await scene.prepare(++tag);
				const oldest = tag;
				for (const statement of BEFORE[deed] ?? []) await writer.run(statement);
				const {size} = statSync(source);

				const answer = await scene.clone(stop, async () => {
					for (const statement of statements) await attempt(statement);
					const grown = Math.sign(statSync(source).size - size);
					if (mode !== 'rollback' && deed in BEFORE) t.is(grown, deed === GROWS ? 1 : -1);
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
