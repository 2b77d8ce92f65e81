import {renameSync, statSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, backup, SQLITE_DONE, type BackupOptions} from '../../../src/index.js';
import {startBackupProcess} from '../../helpers/backup-process.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;

type Prepare = (t: ExecutionContext, target: string) => void | Promise<void>;

const PRESENT: Readonly<Record<string, Prepare>> = {
	'a database': (_t, target) => {
		makeTagged(target, OLD);
	},
	'a database with a WAL': async (t, target) => {
		makeTagged(target, -1);
		await leaveWal(t, target, OLD);
	},
	'a database with a hot journal': async (t, target) => {
		makeTagged(target, OLD);
		await leaveHotJournal(t, target);
	},
	'an empty file': (_t, target) => {
		writeFileSync(target, '');
	},
	'a text file': (_t, target) => {
		writeFileSync(target, 'dear diary');
	},
};

for (const [what, prepare] of Object.entries(PRESENT)) {
	test.serial(`'fail' refuses ${what} and leaves it as it was`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW);
		await prepare(t, target);
		const files = fingerprint(target);

		const error = await t.throwsAsync(backup(source, target, {existing: 'fail'}), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TARGET_EXISTS');
		t.regex(error.message, /copy\.db exists, and "existing" is 'fail'\. Choose another target/);
		t.deepEqual(fingerprint(target), files);
	});

	test.serial(`'fail' leaves ${what} alone that comes in mid-copy`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW);
		await prepare(t, join(directory, 'late.db'));
		let files: Record<string, string> | undefined;
		const options: BackupOptions = {
			existing: 'fail',
			progress(status) {
				if (status !== SQLITE_DONE) return;
				for (const name of listDirectory(directory)) {
					if (name.startsWith('late.db')) renameSync(join(directory, name), target + name.slice('late.db'.length));
				}

				files = fingerprint(target);
			},
		};

		const error = await t.throwsAsync(backup(source, target, options), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TARGET_EXISTS');
		t.deepEqual(fingerprint(target), files);
	});
}

test.serial("of many 'fail' jobs of one manager with one target, one makes it", async (t) => {
	const directory = makeDirectory(t);
	const target = join(directory, 'copy.db');
	const manager = new BackupManager();
	t.teardown(() => manager.destroy());
	const sources = makeSources(directory, 12);

	const outcomes = await Promise.allSettled(
		sources.map((source) => manager.backup(source, target, {existing: 'fail'})),
	);

	const winner = outcomes.findIndex(({status}) => status === 'fulfilled');
	t.deepEqual(
		outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'made' : codeOf(outcome.reason))),
		sources.map((_, index) => (index === winner ? 'made' : 'ERR_BACKUP_TARGET_EXISTS')),
	);
	t.deepEqual(stateOf(target), tagged(winner));
});

test.serial(
	"of 'fail' jobs of several managers and processes that reach one target at once, one makes it",
	async (t) => {
		const directory = makeDirectory(t);
		const target = join(directory, 'copy.db');
		const here = 6;
		const sources = makeSources(directory, here + 2);
		const managers = sources.slice(0, here).map(() => new BackupManager({maxThreads: 1}));
		t.teardown(() => Promise.all(managers.map((manager) => manager.destroy())));
		const children = await Promise.all(
			sources.slice(here).map((source) => startBackupProcess(t, {source, target, options: {existing: 'fail'}})),
		);
		let arrived = 0;
		const progress = (status: number): void => {
			if (status !== SQLITE_DONE) return;
			// While the first one holds up this thread, the others' workers come to wait for it as well. Then all go on at once.
			if (arrived++ === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
		};

		const jobs = managers.map(async (manager, index) => {
			const source = sources[index] ?? '';
			return await manager.backup(source, target, {existing: 'fail', progress}).then(
				() => 'made',
				(error: unknown) => codeOf(error),
			);
		});
		const others = children.map(async (child) => {
			const {status, code} = await child.run();
			return status === 'fulfilled' ? 'made' : code;
		});
		const outcomes = await Promise.all([...jobs, ...others]);

		const winner = outcomes.indexOf('made');
		t.deepEqual(
			outcomes,
			sources.map((_, index) => (index === winner ? 'made' : 'ERR_BACKUP_TARGET_EXISTS')),
		);
		t.deepEqual(stateOf(target), tagged(winner));
		t.is(statSync(target).nlink, 1);
		t.deepEqual(listDirectory(directory), ['copy.db', ...sources.map((source) => basename(source))].sort());
	},
);

function makeSources(directory: string, count: number): string[] {
	return Array.from({length: count}, (_, index) => {
		const source = join(directory, `source-${String(index)}.db`);
		makeTagged(source, index);
		return source;
	});
}

function codeOf(error: unknown): string {
	return error instanceof BackupError ? error.code : String(error);
}
