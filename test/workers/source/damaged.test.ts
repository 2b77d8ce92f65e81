import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {backup, type BackupOptions} from '../../../src/index.js';
import {fingerprint, type AccountsOptions} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged} from '../../helpers/tagged.js';

const TAG = 7;

/** A database of which one table cannot be used any more, and with it nothing that needs the schema. */
function makeDamaged(path: string, options: AccountsOptions = {}): void {
	makeTagged(path, TAG, options);
	const database = new Database(path).unsafeMode();
	database.exec('CREATE TABLE broken (x)');
	database.pragma('writable_schema = ON');
	database.exec("UPDATE sqlite_schema SET sql = 'CREATE TABLE broken (((' WHERE name = 'broken'");
	database.close();
}

/** What somebody who recovers the database finds in it. */
function recover(path: string): unknown {
	const database = new Database(path).unsafeMode();
	try {
		database.pragma('writable_schema = ON');
		return {
			schema: database.prepare('SELECT sql FROM sqlite_schema ORDER BY name').pluck().all(),
			tags: database.prepare('SELECT DISTINCT balance FROM account').pluck().all(),
		};
	} finally {
		database.close();
	}
}

const COPIES: Readonly<Record<string, BackupOptions>> = {
	'all at once': {},
	'by pages': {strategy: 'pages'},
	'by clone': {strategy: 'clone'},
	'by vacuum': {strategy: 'vacuum'},
	'in steps': {pages: 3},
	'in steps without a pin': {pages: 3, snapshot: 'none'},
	'over a database': {existing: 'replace'},
	'into a database': {existing: 'overwrite'},
	'out of WAL mode': {journalMode: 'delete'},
};

for (const wal of [false, true]) {
	for (const [how, options] of Object.entries(COPIES)) {
		test.serial(`a schema that cannot be parsed is copied as it is: ${how}, ${wal ? 'WAL' : 'rollback'}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeDamaged(source, {wal});
			const user = new Database(source);
			t.throws(() => user.exec('SELECT * FROM account'), {code: 'SQLITE_CORRUPT'});
			user.close();
			if (options.existing !== undefined) makeTagged(target, TAG + 1);
			const before = fingerprint(source);

			await backup(source, target, options);

			t.deepEqual(fingerprint(source), before);
			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
			t.deepEqual(recover(target), recover(source));
		});
	}
}

test.serial('a damaged database may be replaced', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	makeTagged(source, TAG);
	makeDamaged(target);

	await backup(source, target);

	t.deepEqual(recover(target), recover(source));
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
});
