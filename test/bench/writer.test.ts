import {statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {startDatabases} from '../../bench/harness/databases.js';
import {setJournalMode, startWriter} from '../../bench/harness/writer.js';
import {makeDirectory} from '../helpers/directory.js';

const {signal} = new AbortController();

for (const mode of ['WAL', 'DELETE'] as const) {
	for (const perSecond of [500, Infinity]) {
		test.serial(
			`moves money in mode ${mode}, ${String(perSecond)} times a second, and leaves the sum and no WAL`,
			async (t) => {
				const databases = startDatabases(signal);
				t.teardown(async () => databases.end());
				const sources = await databases.make(join(makeDirectory(t), 'sources'), 1, 200e3);
				const [path = ''] = sources.paths;
				await setJournalMode(path, mode, signal);
				const writer = startWriter(signal);
				t.teardown(async () => writer.end());
				await writer.call('start', path, mode, perSecond);
				let transactions = 0;
				while (transactions < 100) {
					const report = await writer.call('report');
					t.is(report.refused, 0);
					transactions += report.transactions;
				}

				// Somebody else has it open, so that it is not the end of the last connection that empties the WAL.
				const database = new Database(path);
				t.teardown(() => database.close());
				t.is(String(database.pragma('journal_mode', {simple: true})).toUpperCase(), mode);
				await writer.call('stop');
				t.is(statSync(`${path}-wal`, {throwIfNoEntry: false})?.size ?? 0, 0);
				const {contents} = await databases.inspect(path);
				t.like(contents, {rows: sources.contents.rows, sum: sources.contents.sum});
			},
		);
	}
}
