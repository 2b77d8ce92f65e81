/** `npm run example:kysely`: backups of databases that Kysely has open. */
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {Kysely, SqliteDialect, type Generated} from 'kysely';
import {backup} from 'sqlite-hotcopy';
import {withTemporaryDirectory} from './demo/temporary.js';

interface Tables {
	readonly note: {readonly id: Generated<number>; readonly text: string};
}

await withTemporaryDirectory('hotcopy-kysely-', tmpdir(), async (directory, {signal}) => {
	for (const path of [join(directory, 'notes.db'), ':memory:']) {
		// Kysely keeps the handle that it is given to itself, so it is kept here as well: that is what a backup needs.
		const handle = new Database(path);
		await using db = open(handle);
		await db.schema
			.createTable('note')
			.addColumn('id', 'integer', (column) => column.primaryKey())
			.addColumn('text', 'text', (column) => column.notNull())
			.execute();
		await db
			.insertInto('note')
			.values([{text: 'Buy milk'}, {text: 'Back up the database'}])
			.execute();

		// For a file, `backup(handle, target)` is enough, whatever goes on. A database in memory can be copied only between
		// transactions: Kysely lends its connection when none is open.
		const target = join(directory, 'backup.db');
		const {pages, strategy} = await db.connection().execute(async () => await backup(handle, target, {signal}));

		await using copy = open(new Database(target));
		const notes = await copy.selectFrom('note').selectAll().execute();
		console.log(`Copied ${path}, ${String(pages)} pages by ${strategy}. The copy's notes:`, notes);
	}
});

function open(database: Database.Database): Kysely<Tables> {
	return new Kysely<Tables>({dialect: new SqliteDialect({database})});
}
