import {readFileSync, renameSync, rmSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backup, type BackupOptions} from '../../../src/index.js';
import {backupAlone} from '../../helpers/alone.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;
const MODES = ['replace', 'overwrite', 'fail'] as const;

type Leave = (t: ExecutionContext, target: string) => Promise<void>;

/** What an older database of the target's name left beside it, which SQLite would apply to the copy (F4). */
const LEFT: Readonly<Record<string, Leave>> = {
	'a WAL': async (t, target) => {
		makeTagged(target, -1);
		await leaveWal(t, target, OLD);
	},
	'a WAL without its -shm': async (t, target) => {
		makeTagged(target, -1);
		await leaveWal(t, target, OLD);
		rmSync(`${target}-shm`);
	},
	'a hot journal': async (t, target) => {
		makeTagged(target, OLD);
		await leaveHotJournal(t, target);
	},
	'a WAL and a hot journal': async (t, target) => {
		makeTagged(target, -1);
		await leaveWal(t, target, OLD);
		renameSync(`${target}-wal`, `${target}-saved`);
		for (const suffix of ['', '-shm']) rmSync(target + suffix);
		makeTagged(target, OLD);
		await leaveHotJournal(t, target);
		renameSync(`${target}-saved`, `${target}-wal`);
	},
};

/** The premise of these tests, without which they would show nothing. */
for (const [what, leave] of Object.entries(LEFT)) {
	test.serial(`${what} of an older database changes a plain copy`, async (t) => {
		const directory = makeDirectory(t);
		const target = join(directory, 'copy.db');
		await leave(t, target);
		unlinkSync(target);
		makeTagged(join(directory, 'app.db'), NEW, {wal: what.includes('WAL')});
		writeFileSync(target, readFileSync(join(directory, 'app.db')));

		t.notDeepEqual(stateOf(target), tagged(NEW));
	});
}

for (const existing of MODES) {
	for (const wal of [false, true]) {
		for (const [what, leave] of Object.entries(LEFT)) {
			test.serial(
				`'${existing}' of a ${wal ? 'WAL' : 'rollback'} source is not changed by ${what} of a missing target`,
				async (t) => {
					const directory = makeDirectory(t);
					const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
					makeTagged(source, NEW, {wal});
					await leave(t, target);
					unlinkSync(target);

					await backup(source, target, {existing});

					t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
					t.deepEqual(stateOf(target), tagged(NEW));
				},
			);
		}
	}
}

/** The target is removed in mid-copy, as by a clean-up job that knows nothing of sidecars. */
for (const existing of ['replace', 'overwrite'] as const) {
	for (const [what, leave] of Object.entries(LEFT)) {
		test.serial(`'${existing}' is not changed by ${what} of a target that is removed in mid-copy`, async (t) => {
			const directory = makeDirectory(t);
			const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
			makeTagged(source, NEW, {wal: what.includes('WAL')});
			await leave(t, target);
			const options: BackupOptions = {
				existing,
				snapshot: 'none',
				pages: 10,
				progress() {
					rmSync(target, {force: true});
				},
			};

			await backup(source, target, options);

			t.deepEqual(stateOf(target), tagged(NEW));
			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		});
	}
}

test.serial('sidecars stay where the job fails before the copy is in place', async (t) => {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	makeTagged(source, NEW);
	makeTagged(target, -1);
	await leaveWal(t, target, OLD);
	unlinkSync(target);
	const names = listDirectory(directory);
	const refusal = new Error('no');

	for (const existing of MODES) {
		const progress = (): never => {
			throw refusal;
		};
		t.is(await t.throwsAsync(backupAlone(source, target, {existing, progress})), refusal);
	}

	t.deepEqual(listDirectory(directory), names);
});
