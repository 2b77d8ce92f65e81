import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {
	BackupError,
	BackupManager,
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

interface Files {
	readonly sources: string;
	readonly targets: string;
	readonly source: string;
	readonly target: string;
}

const manager = new BackupManager({maxThreads: 3, progressInterval: 0});
test.after.always(() => manager.destroy());

function makeFiles(t: ExecutionContext, {wal = false, rows = 100} = {}): Files {
	const directory = makeDirectory(t);
	const [sources, targets] = [join(directory, 'sources'), join(directory, 'targets')];
	for (const one of [sources, targets]) mkdirSync(one);
	const [source, target] = [join(sources, 'app.db'), join(targets, 'copy.db')];
	makeTagged(source, NEW, {wal, accounts: rows});
	makeTagged(join(sources, 'other.db'), OTHER, {wal, accounts: rows});
	makeTagged(target, OLD);
	return {sources, targets, source, target};
}

/** Under a pin the worker does not wait for the callback, so the copy must take some seconds. */
const RATE = 25_000;

const COPIES: Readonly<Record<string, BackupOptions>> = {
	'a whole copy': {maxRate: RATE},
	'a copy in steps': {maxRate: RATE, pages: 2},
	'a copy with a pin that was asked for': {maxRate: RATE, pages: 2, snapshot: 'pin'},
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
	for (const [what, options] of Object.entries(COPIES)) {
		test.serial(`a WAL source that is ${change} in the middle of ${what} under a pin is told of`, async (t) => {
			const files = makeFiles(t, {wal: true});
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

test.serial("the journal of a database that was renamed over the source is not taken for the old one's", async (t) => {
	const {sources, source, target} = makeFiles(t, {rows: 2000});
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
