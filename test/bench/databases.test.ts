import {copyFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {requireSpace, startDatabases, type Databases, type Sources} from '../../bench/harness/databases.js';
import {makeDirectory} from '../helpers/directory.js';

async function setUp(t: ExecutionContext): Promise<{directory: string; databases: Databases; sources: Sources}> {
	const directory = makeDirectory(t);
	const databases = startDatabases(new AbortController().signal);
	t.teardown(async () => databases.end());
	return {directory, databases, sources: await databases.make(join(directory, 'sources'), 2, 200e3)};
}

test.serial(
	'makes equal databases of the size that was asked for, in WAL mode, with nothing left in a WAL',
	async (t) => {
		const {sources} = await setUp(t);
		t.is(sources.paths.length, 2);
		t.true(Math.abs(sources.bytes / 2 - 200e3) < 10e3, String(sources.bytes));
		for (const path of sources.paths) {
			const database = new Database(path, {readonly: true, fileMustExist: true});
			t.is(database.pragma('journal_mode', {simple: true}), 'wal');
			t.is(database.prepare('SELECT count(*) FROM account').pluck().get(), sources.contents.rows);
			database.close();
		}
	},
);

test.serial('accepts a whole copy', async (t) => {
	const {directory, databases, sources} = await setUp(t);
	const copy = join(directory, 'copy.db');
	copyFileSync(sources.paths[0] ?? '', copy);
	await t.notThrowsAsync(databases.check([copy], sources, true));
});

/** What a way to copy may leave while it reports success: better-sqlite3 does the first when the source is locked. */
const BAD_COPIES: Record<string, (copy: string, source: string) => void> = {
	'no file': () => undefined,
	'an empty file': (copy) => {
		writeFileSync(copy, '');
	},
	'half a file': (copy, source) => {
		copyFileSync(source, copy);
		truncateSync(copy, 100 * 1024);
	},
	'a row less': (copy, source) => {
		copyFileSync(source, copy);
		run(copy, 'DELETE FROM account WHERE id = 7');
	},
	'an older state of a row': (copy, source) => {
		copyFileSync(source, copy);
		run(copy, 'UPDATE account SET balance = balance + 1 WHERE id = 7');
	},
	'a page more': (copy, source) => {
		copyFileSync(source, copy);
		run(copy, 'CREATE TABLE another (id)');
	},
};

for (const [name, spoil] of Object.entries(BAD_COPIES)) {
	test.serial(`takes this for no copy: ${name}`, async (t) => {
		const {directory, databases, sources} = await setUp(t);
		const [source = ''] = sources.paths;
		const copies = ['good.db', 'bad.db'].map((file) => join(directory, file));
		const [good = '', bad = ''] = copies;
		copyFileSync(source, good);
		spoil(bad, source);
		const error = await t.throwsAsync(databases.check(copies, sources, true));
		t.regex(error.message, /^Not a copy: .*bad\.db: /);
	});
}

test.serial('refuses sizes for which the disk has no room, and says so', async (t) => {
	const directory = makeDirectory(t);
	await t.notThrowsAsync(requireSpace(directory, 1000));
	const error = await t.throwsAsync(requireSpace(directory, 1e18));
	t.regex(error.message, /left, and this needs .* --dir/);
});

function run(path: string, sql: string): void {
	const database = new Database(path);
	database.exec(sql);
	database.close();
}
