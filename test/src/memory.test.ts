import {join} from 'node:path';
import test from 'ava';
import {BackupManager, SQLITE_DONE, SQLITE_OK} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';

const MIB = 1024 * 1024;
/** Less than the database, so that a copy of it in memory would show. */
const BOUND = 150 * MIB;

test('a page a step of 200 MB, and a callback that is slow: each report arrives, and memory stays bounded', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {wal: true, accounts: 2200, filler: 102_400}).close();
	const target = join(directory, 'copy.db');
	await using manager = new BackupManager({maxThreads: 1});
	// Starts the thread, whose own size is not what this is about.
	const small = join(directory, 'small.db');
	makeAccounts(small).close();
	await manager.backup(small, target);
	const before = process.memoryUsage.rss();
	let peak = before;
	let calls = 0;
	let expected: number | undefined;
	const wrong: [number, number, number][] = [];

	const {pages, bytes} = await manager.backup(source, target, {
		pages: 1,
		progress: (status, remaining, total) => {
			expected = (expected ?? total) - 1;
			if (remaining !== expected || status !== (remaining === 0 ? SQLITE_DONE : SQLITE_OK)) {
				wrong.push([status, remaining, total]);
			}

			// Slow now and then, so that the copy, which is pinned and does not wait, gets far ahead.
			if (calls++ % 2000 === 0) {
				Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
				peak = Math.max(peak, process.memoryUsage.rss());
			}
		},
	});

	t.true(bytes > 200 * MIB);
	t.deepEqual(wrong, []);
	t.is(calls, pages);
	t.is(expected, 0);
	t.log(`${String(pages)} reports, ${String(Math.round((peak - before) / MIB))} MiB more`);
	t.true(peak - before < BOUND);
});
