import {readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {pathToFileURL} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {backup, type BackupOptions, type BackupSource, type DatabaseHandle} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {makeDirectory, listDirectory} from '../helpers/directory.js';
import {fillTagged} from '../helpers/schema.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';

const TAG = 7;
/** What every database has that is not the one meant. */
const DECOY = 8;

interface Made {
	readonly source: BackupSource;
	readonly options?: BackupOptions;
	/** What the result calls the source; by default the file `app.db`. */
	readonly named?: string;
}

/** Makes a source in a directory where the file `app.db` has the tag and `decoy.db` has not. */
type Make = (open: Open, app: string, decoy: string) => Made;

/** Opens a handle that the test closes. */
type Open = (...args: ConstructorParameters<typeof Database>) => Database.Database;

/** A handle of which every schema but one has the wrong tag. */
function openSchemas(open: Open, decoy: string, attached: string, schema: string): Database.Database {
	const handle = open(decoy);
	handle.prepare('ATTACH ? AS other').run(attached);
	for (const name of ['temp', 'other']) fillTagged(handle, name, name === schema ? TAG : DECOY);
	return handle;
}

const iterating = new WeakSet<Database.Database>();

const SOURCES: Readonly<Record<string, Make>> = {
	path: (_open, app) => ({source: app}),
	URL: (_open, app) => ({source: pathToFileURL(app)}),
	'relative path': (_open, app) => ({source: relative(process.cwd(), app)}),
	'symbolic link': (_open, app) => {
		symlinkSync(app, `${app}.link`);
		return {source: `${app}.link`};
	},
	'path beside attached ones': (_open, app, decoy) => ({source: app, options: {attach: {other: decoy}}}),
	'attached path': (_open, app, decoy) => ({source: decoy, options: {attach: {Other: app}, name: 'oTHER'}}),
	'attached URL': (_open, app, decoy) => ({
		source: decoy,
		options: {attach: {decoy, other: pathToFileURL(app)}, name: 'other'},
	}),
	'attached path in place of a source that does not exist': (_open, app, decoy) => ({
		source: `${decoy}.none`,
		options: {attach: {other: app}, name: 'other'},
	}),
	'handle of a file': (open, app) => ({source: open(app)}),
	'handle of a relative path': (open, app) => ({source: open(relative(process.cwd(), app))}),
	'handle of a symbolic link': (open, app) => {
		symlinkSync(app, `${app}.link`);
		return {source: open(`${app}.link`)};
	},
	'read-only handle': (open, app) => ({source: open(app, {readonly: true})}),
	'handle with 64-bit integers': (open, app) => ({source: open(app).defaultSafeIntegers(true)}),
	'handle with an open iterator': (open, app) => {
		const handle = open(app);
		handle.prepare('SELECT * FROM account').iterate().next();
		iterating.add(handle);
		return {source: handle};
	},
	'handle of a file in mid-transaction': (open, app) => {
		const handle = open(app);
		handle.exec(`BEGIN IMMEDIATE; UPDATE account SET balance = ${String(DECOY)}`);
		return {source: handle};
	},
	'no more than what is needed of a handle': (open, app) => {
		const handle = open(app);
		const narrow: DatabaseHandle = {
			open: true,
			inTransaction: false,
			pragma: (source) => handle.pragma(source),
			prepare: (source) => handle.prepare<[]>(source),
			serialize: () => {
				throw new Error('a file is not to be read here');
			},
		};
		return {source: narrow};
	},
	'main of a handle with others': (open, app, decoy) => {
		const handle = openSchemas(open, app, ':memory:', 'none');
		handle.prepare('ATTACH ? AS another').run(decoy);
		return {source: handle, options: {name: 'Main'}};
	},
	'handle in memory': (open) => {
		const handle = open(':memory:');
		fillTagged(handle, 'main', TAG);
		return {source: handle, named: ':memory:'};
	},
	'handle of a buffer': (open, app) => ({source: open(readFileSync(app)), named: ':memory:'}),
	'handle without a name': (open) => {
		const handle = open('');
		fillTagged(handle, 'main', TAG);
		return {source: handle, named: ':memory:'};
	},
	'temporary schema': (open, _app, decoy) => ({
		source: openSchemas(open, decoy, ':memory:', 'temp'),
		options: {name: 'TEMP'},
		named: 'temp',
	}),
	'schema attached from memory': (open, _app, decoy) => ({
		source: openSchemas(open, decoy, ':memory:', 'other'),
		options: {name: 'OTHER'},
		named: 'other',
	}),
	'schema attached without a name': (open, _app, decoy) => ({
		source: openSchemas(open, decoy, '', 'other'),
		options: {name: 'other'},
		named: 'other',
	}),
	'schema attached from a file': (open, app, decoy) => {
		const handle = open(decoy);
		handle.prepare('ATTACH ? AS "Ünï other"').run(app);
		return {source: handle, options: {name: 'Ünï OTHER'}};
	},
};

function prepare(t: ExecutionContext): {directory: string; app: string; decoy: string; open: Open} {
	const directory = makeDirectory(t);
	const app = join(directory, 'app.db');
	const decoy = join(directory, 'decoy.db');
	makeTagged(app, TAG);
	makeTagged(decoy, DECOY);
	const open: Open = (...args) => {
		const handle = new Database(...args);
		t.teardown(() => {
			// An open iterator keeps a handle from being closed.
			if (!iterating.has(handle)) handle.close();
		});
		return handle;
	};
	return {directory, app, decoy, open};
}

for (const [title, make] of Object.entries(SOURCES)) {
	for (const strategy of STRATEGY_NAMES) {
		test.serial(`copies by ${strategy}: ${title}`, async (t) => {
			const {directory, app, decoy, open} = prepare(t);
			const {source, options, named = app} = make(open, app, decoy);
			const target = join(directory, 'copy.db');
			const before = listDirectory(directory);

			const result = await backup(source, target, {...options, strategy});

			t.is(result.source, named);
			t.is(result.target, target);
			// What has no file cannot be cloned.
			t.is(result.strategy, strategy === 'clone' && named !== app ? 'pages' : strategy);
			t.deepEqual(stateOf(target), tagged(TAG));
			t.is(statSync(target).size, result.bytes);
			t.deepEqual(listDirectory(directory), [...before, 'copy.db'].sort());
		});
	}
}

for (const pageSize of [512, 1024, 65_536]) {
	test.serial(`copies pages of ${String(pageSize)} bytes, from a file and from memory`, async (t) => {
		const {directory, open} = prepare(t);
		const path = join(directory, 'pages.db');
		makeTagged(path, TAG, {pageSize});
		const memory = open(':memory:');
		memory.pragma(`page_size = ${String(pageSize)}`);
		fillTagged(memory, 'main', TAG);

		for (const [source, name] of [
			[path, 'from file.db'],
			[memory, 'from memory.db'],
		] as const) {
			for (const options of [{pages: 3}, ...STRATEGY_NAMES.map((strategy) => ({strategy}))] satisfies BackupOptions[]) {
				const target = join(directory, name);
				const result = await backup(source, target, options);
				t.is(result.pageSize, pageSize);
				t.is(result.bytes, result.pages * pageSize);
				t.deepEqual(stateOf(target), tagged(TAG));
			}
		}
	});
}

for (const strategy of STRATEGY_NAMES) {
	test.serial(`a link to a database in WAL mode is copied with what is in its WAL: by ${strategy}`, async (t) => {
		const {directory, app, open} = prepare(t);
		const handle = open(app);
		handle.pragma('journal_mode = WAL');
		handle.exec('UPDATE account SET balance = 9');
		symlinkSync('app.db', join(directory, 'link.db'));

		const result = await backup(join(directory, 'link.db'), join(directory, 'copy.db'), {strategy});

		t.like(result, {source: app, strategy});
		t.deepEqual(stateOf(join(directory, 'copy.db')), tagged(9));
		t.deepEqual(listDirectory(directory), ['app.db', 'app.db-shm', 'app.db-wal', 'copy.db', 'decoy.db', 'link.db']);
	});
}

test.serial('a database in memory may be changed and closed as soon as the call is made', async (t) => {
	const {directory} = prepare(t);
	const handle = new Database(':memory:');
	fillTagged(handle, 'main', TAG);

	const promise = backup(handle, join(directory, 'copy.db'));
	handle.exec('UPDATE account SET balance = -1');
	handle.close();

	await promise;
	t.deepEqual(stateOf(join(directory, 'copy.db')), tagged(TAG));
});

for (const strategy of STRATEGY_NAMES) {
	test.serial(`a temporary schema that was never used is an empty database: by ${strategy}`, async (t) => {
		const {directory, decoy, open} = prepare(t);
		const target = join(directory, 'copy.db');

		const result = await backup(open(decoy), target, {name: 'temp', strategy});

		t.like(result, {source: 'temp', pages: 0, bytes: 0, strategy: 'pages'});
		t.is(statSync(target).size, 0);
	});

	test.serial(`a file of no bytes is an empty database, and stays one: by ${strategy}`, async (t) => {
		const {directory} = prepare(t);
		const source = join(directory, 'empty.db');
		const target = join(directory, 'copy.db');
		writeFileSync(source, '');

		const result = await backup(source, target, {strategy});

		t.like(result, {source, pages: 0, bytes: 0, strategy: 'pages'});
		t.is(statSync(source).size, 0);
		t.is(statSync(target).size, 0);
	});
}

test.serial('an empty database in memory is not written to', async (t) => {
	const {directory, open} = prepare(t);
	const handle = open(':memory:');
	handle.exec("ATTACH ':memory:' AS other");
	const target = join(directory, 'copy.db');

	for (const name of ['main', 'other']) {
		const result = await backup(handle, target, {name});

		t.is(result.pages, 0);
		// A first page would fix the page size.
		t.is(handle.pragma(`${name}.page_count`, {simple: true}), 0);
	}
});
