import {existsSync, mkdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {
	BackupError,
	BackupManager,
	SQLITE_DONE,
	type BackupOptions,
	type ProgressCallback,
	type ProgressEvent,
} from '../../../src/index.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;
const OTHER = 3;
const NEWEST = 4;
const MODES = ['replace', 'overwrite', 'fail'] as const;

interface Files {
	readonly sources: string;
	readonly targets: string;
	readonly source: string;
	readonly target: string;
}

const manager = new BackupManager({maxThreads: 3, progressInterval: 0});
test.after.always(() => manager.destroy());

function makeFiles(t: ExecutionContext, {wal = false, rows = 2000} = {}): Files {
	const directory = makeDirectory(t);
	const [sources, targets] = [join(directory, 'sources'), join(directory, 'targets')];
	for (const one of [sources, targets]) mkdirSync(one);
	const [source, target] = [join(sources, 'app.db'), join(targets, 'copy.db')];
	makeTagged(source, NEW, {wal, accounts: rows});
	makeTagged(join(sources, 'other.db'), OTHER, {wal, accounts: rows});
	makeTagged(target, OLD);
	return {sources, targets, source, target};
}

interface Copy {
	readonly wal: boolean;
	readonly options: BackupOptions;
	readonly rows: number;
}

/** Under a pin the worker does not wait for the callback, so the copy must take some seconds. */
const PINNED: Copy = {wal: true, rows: 100, options: {maxRate: 25_000}};

/** How a copy is made of which the middle can be met. */
const COPIES: Readonly<Record<string, Copy>> = {
	'a rollback source': {wal: false, rows: 2000, options: {pages: 20}},
	'a rollback source without a pin': {wal: false, rows: 2000, options: {pages: 20, snapshot: 'none'}},
	'a WAL source without a pin': {wal: true, rows: 2000, options: {pages: 20, snapshot: 'none'}},
	'a WAL source': PINNED,
	'a WAL source in steps': {...PINNED, options: {...PINNED.options, pages: 2}},
};

const CHANGES: Readonly<Record<string, (files: Files) => void>> = {
	'renamed over': ({sources, source}) => {
		renameSync(join(sources, 'other.db'), source);
	},
	removed: ({source}) => {
		rmSync(source);
	},
	'renamed away': ({sources, source}) => {
		renameSync(source, join(sources, 'away.db'));
	},
};

for (const [change, make] of Object.entries(CHANGES)) {
	for (const [what, {wal, rows, options}] of Object.entries(COPIES)) {
		test(`${what} that is ${change} in mid-copy is no source`, async (t) => {
			const files = makeFiles(t, {wal, rows});
			let changed = false;
			const interfere = (remaining: number): void => {
				if (changed || remaining === 0) return;
				changed = true;
				make(files);
			};
			const onProgress = ({job, remaining}: ProgressEvent): void => {
				if (job.target === files.target) interfere(remaining);
			};
			manager.on('progress', onProgress);
			const progress: ProgressCallback = (_status, remaining) => {
				interfere(remaining);
			};

			const error = await t.throwsAsync(manager.backup(files.source, files.target, {...options, progress}), {
				instanceOf: BackupError,
			});

			manager.off('progress', onProgress);
			t.true(changed);
			t.is(error.code, 'ERR_BACKUP_SOURCE');
			t.regex(error.message, /app\.db was removed or replaced by another file in the middle of the backup/);
			t.deepEqual(stateOf(files.target), tagged(OLD));
			t.deepEqual(listDirectory(files.targets), ['copy.db']);
		});
	}
}

test("the journal of a database that was renamed over the source is not taken for the old one's", async (t) => {
	const {sources, source, target} = makeFiles(t);
	let writer: Database.Database | undefined;
	t.teardown(() => writer?.close());

	const error = await t.throwsAsync(
		manager.backup(source, target, {
			pages: 20,
			snapshot: 'none',
			progress() {
				if (writer !== undefined) return;
				renameSync(join(sources, 'other.db'), source);
				writer = new Database(source);
				// Half of the transaction is in the file, and what was there is in the journal.
				writer.pragma('cache_size = 1');
				writer.exec(`BEGIN IMMEDIATE; UPDATE account SET balance = ${String(NEWEST)}, filler = randomblob(700)`);
			},
		}),
		{instanceOf: BackupError},
	);

	t.is(error.code, 'ERR_BACKUP_SOURCE');
	t.true(existsSync(`${source}-journal`), 'without it, a crash of the writer would leave half of its transaction');
	t.notThrows(() => writer?.exec('COMMIT'));
	writer?.close();
	t.deepEqual(stateOf(source), tagged(NEWEST, 2000));
	t.deepEqual(stateOf(target), tagged(OLD));
});

/** What others do to the target's directory, in the middle of the copy and when it is whole. */
const LOSSES: Readonly<Record<string, (files: Files) => void>> = {
	'is removed': ({targets}) => {
		rmSync(targets, {recursive: true});
	},
	'is renamed': ({targets}) => {
		renameSync(targets, `${targets}-away`);
	},
	'is replaced by an empty one': ({targets}) => {
		renameSync(targets, `${targets}-away`);
		mkdirSync(targets);
	},
	'is cleared of files like the copy': ({targets}) => {
		for (const name of listDirectory(targets)) {
			if (name.startsWith('.hotcopy-')) rmSync(join(targets, name));
		}
	},
};

for (const existing of MODES) {
	for (const [what, lose] of Object.entries(LOSSES)) {
		for (const late of [false, true]) {
			test(`'${existing}': a target's directory that ${what} ${late ? 'before the end' : 'in mid-copy'} is told of`, async (t) => {
				const files = makeFiles(t);
				const {source, target, targets} = files;
				if (existing === 'fail') rmSync(target);
				let lost = false;

				const error = await t.throwsAsync(
					manager.backup(source, target, {
						existing,
						pages: 20,
						snapshot: 'none',
						progress(status) {
							if (lost || (late && status !== SQLITE_DONE)) return;
							lost = true;
							lose(files);
						},
					}),
					{instanceOf: BackupError},
				);

				t.true(lost);
				t.is(error.code, 'ERR_BACKUP_TARGET', error.message);
				t.regex(error.message, /copy\.db/);
				if (what === 'is cleared of files like the copy') {
					t.deepEqual(listDirectory(targets), existing === 'fail' ? [] : ['copy.db']);
					if (existing !== 'fail') t.deepEqual(stateOf(target), tagged(OLD));
				} else if (existing !== 'fail' && what !== 'is removed') {
					t.deepEqual(stateOf(join(`${targets}-away`, 'copy.db')), tagged(OLD));
				}

				mkdirSync(targets, {recursive: true});
				await manager.backup(source, target);
				t.deepEqual(stateOf(target), tagged(NEW, 2000));
				t.true(statSync(target).size > 0);
			});
		}
	}
}
