/** `npm run example:drizzle`: backups of databases that Drizzle has open. */
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {sql} from 'drizzle-orm';
import {drizzle} from 'drizzle-orm/better-sqlite3';
import {integer, sqliteTable, text} from 'drizzle-orm/sqlite-core';
import {backup} from 'sqlite-hotcopy';
import {withTemporaryDirectory} from './demo/temporary.js';

const note = sqliteTable('note', {
	id: integer().primaryKey(),
	text: text().notNull(),
});

await withTemporaryDirectory('hotcopy-drizzle-', tmpdir(), async (directory, {signal}) => {
	for (const path of [join(directory, 'notes.db'), ':memory:']) {
		const db = drizzle(path);
		db.run(sql`CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`);
		db.insert(note)
			.values([{text: 'Buy milk'}, {text: 'Back up the database'}])
			.run();

		// `$client` is the better-sqlite3 handle, which is all that a backup needs: of a file it is only asked for the path.
		const target = join(directory, 'backup.db');
		const {pages, strategy} = await backup(db.$client, target, {signal});
		db.$client.close();

		const copy = drizzle(target);
		const notes = copy.select().from(note).all();
		copy.$client.close();
		console.log(`Copied ${path}, ${String(pages)} pages by ${strategy}. The copy's notes:`, notes);
	}
});
