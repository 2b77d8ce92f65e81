import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {BackupError, BackupManager, type BackupOptions} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {editSchema} from '../helpers/broken.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {askPython} from '../helpers/second-opinion.js';

/**
 * What SQLite makes of a schema: it can read and check all of it; or it cannot check what it does not know, which is not
 * to be called damage; or the schema is malformed, which is.
 */
type Kind = 'fine' | 'unknown' | 'malformed';

interface Schema {
	readonly kind: Kind;
	/** What is written into the schema of a database with a table `item` and an index on it. */
	readonly sql: string;
	/** What `quick_check` makes of it, where that is another thing. */
	readonly quick?: Kind;
}

const entry = (type: string, sql: string): string =>
	`INSERT INTO sqlite_schema VALUES ('${type}', 'extra', ${type === 'trigger' ? "'item'" : "'extra'"}, 0, '${sql}')`;
const table = (sql: string): string => `UPDATE sqlite_schema SET sql = '${sql}' WHERE name = 'item'`;
const index = (sql: string): string => `UPDATE sqlite_schema SET sql = '${sql}' WHERE name = 'item_index'`;

const SCHEMAS: Readonly<Record<string, Schema>> = {
	'a virtual table of an unknown module': {
		kind: 'fine',
		sql: entry('table', 'CREATE VIRTUAL TABLE extra USING nonesuch (a, b)'),
	},
	'a view of what does not exist': {
		kind: 'fine',
		sql: entry('view', 'CREATE VIEW extra AS SELECT nonesuch() FROM nowhere'),
	},
	'a trigger that does what does not exist': {
		kind: 'fine',
		sql: entry('trigger', 'CREATE TRIGGER extra AFTER INSERT ON item BEGIN SELECT nonesuch(); END'),
	},
	'an index with an unknown collation': {
		kind: 'unknown',
		sql: index('CREATE INDEX item_index ON item (label COLLATE nonesuch)'),
	},
	'a column with an unknown collation': {
		kind: 'unknown',
		sql: table('CREATE TABLE item (label TEXT COLLATE nonesuch, size)'),
	},
	'a constraint with an unknown function': {
		kind: 'unknown',
		sql: table('CREATE TABLE item (label TEXT, size CHECK (nonesuch(size)))'),
	},
	'an index on an unknown function': {
		kind: 'unknown',
		sql: index('CREATE INDEX item_index ON item (nonesuch(label))'),
		quick: 'fine',
	},
	'SQL that ends too soon': {kind: 'malformed', sql: table('CREATE TABLE item (label TEXT, size')},
	'SQL that is none': {kind: 'malformed', sql: table('Lorem ipsum dolor sit amet')},
	'an index on no table': {kind: 'malformed', sql: index('CREATE INDEX item_index ON nowhere (label)')},
	'an entry of an unknown type': {kind: 'malformed', sql: entry('nonesuch', 'CREATE NONESUCH extra')},
	'a table at a page that is not there': {
		kind: 'malformed',
		sql: "UPDATE sqlite_schema SET rootpage = 4711 WHERE name = 'item'",
	},
};

const manager = new BackupManager({maxThreads: 2});
test.after.always(async () => {
	await manager.close();
});

for (const [name, {kind, sql, quick = kind}] of Object.entries(SCHEMAS)) {
	for (const wal of [false, true]) {
		const title = `${name}, ${wal ? 'WAL' : 'rollback'}`;

		test.serial(`${title}: a copy that is not checked is made all the same`, async (t) => {
			const ways: readonly BackupOptions[] = [
				...STRATEGY_NAMES.map((strategy) => ({strategy})),
				{pages: 1},
				{journalMode: 'delete'},
				{existing: 'overwrite'},
			];
			for (const options of ways) {
				const {source, target} = make(t, sql, wal);
				await t.notThrowsAsync(manager.backup(source, target, options), JSON.stringify(options));
				t.deepEqual(schemaOf(target), schemaOf(source));
			}
		});

		for (const [verify, expected] of [
			['quick', quick],
			['full', kind],
		] as const) {
			test.serial(`${title}: verify: '${verify}'`, async (t) => {
				const {directory, source, target} = make(t, sql, wal);
				const old = fingerprint(target);
				const backup = manager.backup(source, target, {verify});
				if (expected === 'fine') {
					t.is((await backup).verified, verify);
					t.is(await askPython(t).integrityOf(target, verify === 'full' ? 'integrity_check' : 'quick_check'), 'ok');
				} else {
					const {message} = await t.throwsAsync(backup, {instanceOf: BackupError, code: 'ERR_BACKUP_VERIFY'});
					t.deepEqual(fingerprint(target), old);
					if (expected === 'unknown') {
						t.regex(message, /nonesuch/);
						t.notRegex(message, /damage|recover/, 'SQLite could not check it, and found no damage');
					}
				}

				t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
			});
		}
	}
}

interface Made {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function make(t: ExecutionContext, sql: string, wal: boolean): Made {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	for (const path of [source, target]) {
		const database = new Database(path);
		if (wal) database.pragma('journal_mode = WAL');
		database.exec(`
			CREATE TABLE item (label TEXT, size);
			CREATE INDEX item_index ON item (label);
			INSERT INTO item VALUES ('one', 1), ('two', 2);
		`);
		if (path === source) editSchema(database, sql);
		database.close();
	}

	return {directory, source, target};
}

/** As it is written, whether or not SQLite can make sense of it. */
function schemaOf(path: string): unknown[] {
	const database = new Database(path, {readonly: true});
	try {
		database.unsafeMode(true);
		database.pragma('writable_schema = ON');
		return database.prepare('SELECT type, name, sql FROM sqlite_schema').all();
	} finally {
		database.close();
	}
}
