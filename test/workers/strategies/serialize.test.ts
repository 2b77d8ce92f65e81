import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {BackupManager, type BackupOptions} from '../../../src/index.js';
import {findSourceFile, openSource, type Source} from '../../../workers/source/open.js';
import {LONGEST_IMAGE, readImage, TooLarge} from '../../../workers/strategies/image.js';
import {startBackupProcess} from '../../helpers/backup-process.js';
import {fingerprint, healthOf, healthy, makeAccounts} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeJob} from '../../helpers/job-context.js';
import {failingReads, hasStrace} from '../../helpers/strace.js';
import {stretch} from '../../helpers/stretch.js';

const manager = new BackupManager({maxThreads: 2});
test.after.always(() => manager.close());

const SERIALIZE: BackupOptions = {strategy: 'serialize'};
const PAGE = 4096;

interface Files {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function makeFiles(t: ExecutionContext): Files {
	const directory = makeDirectory(t);
	return {directory, source: join(directory, 'app.db'), target: join(directory, 'copy.db')};
}

const MODES = [false, true] as const;

for (const pageSize of [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]) {
	for (const wal of MODES) {
		test.serial(
			`the copy of a ${wal ? 'WAL' : 'rollback'} database with pages of ${String(pageSize)} bytes is the same, byte by byte`,
			async (t) => {
				const {source, target} = makeFiles(t);
				makeAccounts(source, {pageSize, wal, accounts: 1000}).close();

				const result = await manager.backup(source, target, SERIALIZE);

				t.like(result, {strategy: 'serialize', pageSize, bytes: statSync(source).size});
				t.is(result.bytes, result.pages * pageSize);
				t.true(readFileSync(target).equals(readFileSync(source)));
			},
		);
	}
}

/** Pages of zeros that belong to a database. */
const BLANKS: Readonly<Record<string, (database: Database.Database) => void>> = {
	'the end of a long row of zeros': (database) => {
		database.exec('CREATE TABLE long (zeros BLOB); INSERT INTO long VALUES (zeroblob(100000))');
	},
	'a page whose rows were deleted for good': (database) => {
		database.pragma('secure_delete = ON');
		database.exec('CREATE TABLE gone AS SELECT randomblob(50000) AS filler; DELETE FROM gone');
	},
};

for (const [what, fill] of Object.entries(BLANKS)) {
	for (const wal of MODES) {
		test.serial(
			`a database with a page of zeros is copied by pages: ${what}, ${wal ? 'WAL' : 'rollback'}`,
			async (t) => {
				const {directory, source, target} = makeFiles(t);
				const database = makeAccounts(source, {wal});
				fill(database);
				database.close();
				t.true(hasBlankPage(source), 'there is such a page');

				const {strategy} = await manager.backup(source, target, SERIALIZE);

				t.is(strategy, 'pages');
				t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
				t.deepEqual(healthOf(target), healthy());
				t.deepEqual(contentsOf(target), contentsOf(source));
			},
		);
	}
}

function hasBlankPage(path: string): boolean {
	const bytes = readFileSync(path);
	const zeros = Buffer.alloc(PAGE);
	return Array.from({length: bytes.length / PAGE}, (_, page) => page * PAGE).some((at) =>
		bytes.subarray(at, at + PAGE).equals(zeros),
	);
}

/** Every row of every table. */
function contentsOf(path: string): unknown {
	const database = new Database(path, {readonly: true});
	try {
		const names = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
		return names.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]);
	} finally {
		database.close();
	}
}

interface Unreadable {
	readonly when: string;
	readonly options: BackupOptions;
	/** Undefined: it is copied by pages, which try once more. */
	readonly code?: string;
}

const UNREADABLE: Readonly<Record<string, Unreadable>> = {
	'for a moment': {when: '10', options: SERIALIZE},
	'for good': {when: '10+', options: SERIALIZE, code: 'ERR_BACKUP_SOURCE'},
	'for good, by pages': {when: '10+', options: {strategy: 'pages'}, code: 'ERR_BACKUP_SOURCE'},
	'for good, by vacuum': {when: '10+', options: {strategy: 'vacuum'}, code: 'ERR_BACKUP_SOURCE'},
};

for (const [how, {when, options, code}] of Object.entries(UNREADABLE)) {
	test.serial(`a page that cannot be read ${how} is no page of zeros`, async (t) => {
		if (!hasStrace()) {
			t.log('not tried: strace is not here, or may not trace');
			t.pass();
			return;
		}

		const {directory, source, target} = makeFiles(t);
		makeAccounts(source, {accounts: 400}).close();
		const {run} = await startBackupProcess(t, {source, target, options}, {under: failingReads(source, when)});

		const {status, result, code: found, message} = await run();

		if (code === undefined) {
			t.is(status, 'fulfilled', message);
			t.is(result?.strategy, 'pages');
			t.deepEqual(healthOf(target), healthy(400));
		} else {
			t.is(found, code);
			// SQLite calls a file system that reports EIO a damaged database, where it runs a statement.
			t.regex(message ?? '', /app\.db cannot be read: (?:disk I\/O error|database disk image is malformed)/);
			t.deepEqual(listDirectory(directory), ['app.db']);
		}
	});
}

test.serial('an empty source is not written to', async (t) => {
	const {directory, source, target} = makeFiles(t);
	// SQLite itself makes files of one byte, and takes them for empty.
	for (const bytes of ['', 'x']) {
		writeFileSync(source, bytes);

		const result = await manager.backup(source, target, SERIALIZE);

		t.like(result, {strategy: 'pages', pages: 0});
		t.is(readFileSync(source, 'latin1'), bytes);
		t.is(statSync(target).size, 0);
	}

	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
});

for (const wal of MODES) {
	test.serial(`a writer is not shut out while the copy is written: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const {source, target} = makeFiles(t);
		// Some 40 MB: many times what is written in one go.
		const database = makeAccounts(source, {wal, accounts: 400, filler: 100_000});
		t.teardown(() => database.close());
		database.pragma('synchronous = OFF');
		// It waits for no lock: SQLITE_BUSY would fail the job.
		database.pragma('busy_timeout = 0');
		const write = database.prepare('UPDATE account SET balance = balance + iif(id = 1, -1, 1) WHERE id <= 2');
		let written = 0;

		const {strategy} = await manager.backup(source, target, {
			...SERIALIZE,
			pages: 1000,
			progress: () => {
				write.run();
				written++;
			},
		});

		t.is(strategy, 'serialize');
		t.true(written > 5);
		t.deepEqual(healthOf(target), healthy(400));
		const copied = new Database(target, {readonly: true});
		t.is(copied.prepare('SELECT balance FROM account WHERE id = 1').pluck().get(), 1000, 'of the state before');
		copied.close();
	});
}

test.serial('what is in the WAL only is part of the image, and the WAL stays as it is', async (t) => {
	const {directory, source, target} = makeFiles(t);
	const database = makeAccounts(source, {wal: true});
	t.teardown(() => database.close());
	const {size} = statSync(source);

	const {strategy, bytes} = await manager.backup(source, target, SERIALIZE);

	t.is(strategy, 'serialize');
	t.true(bytes > size);
	t.is(statSync(source).size, size);
	t.deepEqual(healthOf(target), healthy());
	t.deepEqual(listDirectory(directory), ['app.db', 'app.db-shm', 'app.db-wal', 'copy.db']);
});

test.serial('bytes behind the end of a database in memory are none of it', async (t) => {
	const {source, target} = makeFiles(t);
	makeAccounts(source).close();
	const bytes = readFileSync(source);
	// A whole page, and less than one.
	for (const more of [PAGE, 777]) {
		const handle = new Database(Buffer.concat([bytes, Buffer.alloc(more, 0xa5)]));

		const result = await manager.backup(handle, target, SERIALIZE);

		handle.close();
		t.like(result, {strategy: 'serialize', bytes: bytes.length});
		t.true(readFileSync(target).equals(bytes));
	}
});

test.serial('a database that is too large for an image is not even tried', (t) => {
	const {source} = makeFiles(t);
	makeAccounts(source).close();
	stretch(source, Math.ceil(LONGEST_IMAGE / PAGE));
	const file = findSourceFile({kind: 'file', path: source});
	const opened = openSource({kind: 'file', path: source}, file);

	t.throws(() => readImage(opened, makeJob(t)), {instanceOf: TooLarge, message: /2147483648 bytes/});

	opened.close();
	t.true(statSync(source).blocks < 1000);
});

test.serial('a database that is too large for an image is copied by pages', async (t) => {
	const {directory, source, target} = makeFiles(t);
	makeAccounts(source).close();
	stretch(source, Math.ceil(LONGEST_IMAGE / PAGE));
	const controller = new AbortController();
	const remaining: number[] = [];

	const copying = manager.backup(source, target, {
		...SERIALIZE,
		pages: 10,
		snapshot: 'none',
		signal: controller.signal,
		progress: (_status, left) => {
			remaining.push(left);
			// All of it would take a while.
			if (remaining.length === 3) controller.abort();
		},
	});

	await t.throwsAsync(copying, {name: 'AbortError'});
	const total = Math.ceil(LONGEST_IMAGE / PAGE);
	t.deepEqual(remaining, [total - 10, total - 20, total - 30]);
	await manager.backup(join(directory, 'none.db'), target).catch(() => undefined);
	t.deepEqual(listDirectory(directory), ['app.db']);
});

test.serial('the page that SQLite keeps for its locks is blank by right, and no other', (t) => {
	const pageSize = 65_536;
	const lockPage = 2 ** 30 / pageSize;
	const pages = lockPage + 3;
	const image = new Uint8Array(pages * pageSize);
	// The first byte of a page is its type.
	for (let page = 0; page < pages; page++) if (page !== lockPage) image[page * pageSize] = 13;
	const header = new DataView(image.buffer);
	header.setUint16(16, 1);
	header.setUint32(28, pages);
	const source: Source = {
		name: ':memory:',
		image,
		file: undefined,
		get connection(): never {
			throw new Error('There is no need for one');
		},
		close: () => undefined,
	};

	t.is(readImage(source, makeJob(t)).pages, pages);

	image[(lockPage + 1) * pageSize] = 0;
	t.throws(() => readImage(source, makeJob(t)), {message: /a page of zeros/});
	// Where a page does not begin with its type.
	image[(lockPage + 2) * pageSize - 1] = 1;
	t.is(readImage(source, makeJob(t)).pages, pages);
});

test.serial('the source is not changed', async (t) => {
	for (const wal of MODES) {
		const {source, target} = makeFiles(t);
		makeAccounts(source, {wal}).close();
		const before = fingerprint(source);

		t.is((await manager.backup(source, target, SERIALIZE)).strategy, 'serialize');

		t.deepEqual(fingerprint(source), before);
	}
});
