import {setImmediate as turn} from 'node:timers/promises';
import {join} from 'node:path';
import test from 'ava';
import {backup, type BackupOptions, type BackupResult} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';

/** Some 5 MB: many slices, and many more steps. */
const SIZE = {accounts: 1000, filler: 5000};

// Under a pin in rollback-journal mode, the main thread stands still inside SQLite until the pin is gone. A worker that
// then waits for the main thread waits for ever, or until SQLite gives up after its busy timeout.
const CASES: readonly Pick<BackupOptions, 'pages' | 'snapshot' | 'maxRate' | 'strategy'>[] = [
	...STRATEGY_NAMES.map((strategy) => ({strategy})),
	{pages: 1},
	{pages: 50},
	{pages: 1, snapshot: 'pin'},
	// Some 20 s, if it were kept to under a pin.
	{pages: 10, snapshot: 'pin', maxRate: 256 * 1024},
];

for (const options of CASES) {
	for (const withCallback of [false, true]) {
		const title = `${JSON.stringify(options)}, ${withCallback ? 'with' : 'without'} a callback`;
		test.serial(`a writer on the main thread is never told SQLITE_BUSY: ${title}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			// With better-sqlite3's own busy timeout of 5 s.
			const database = makeAccounts(source, SIZE);
			t.teardown(() => database.close());
			database.pragma('synchronous = OFF');
			const move = database.prepare(
				'UPDATE account SET balance = balance + CASE id WHEN 1 THEN -1 ELSE 1 END WHERE id <= 2',
			);
			let written = 0;
			const write = (): void => {
				move.run();
				written++;
			};
			let calls = 0;
			let result: BackupResult | undefined;

			const copying = backup(source, target, {
				...options,
				sleep: 0.001,
				...(withCallback ? {progress: () => calls++} : {}),
			}).then((value) => {
				result = value;
			});
			// `write` throws SQLITE_BUSY if it had to wait for the busy timeout, which fails the test.
			while (result === undefined) {
				write();
				await Promise.race([copying, turn()]);
			}

			t.true(written > 0);
			t.is(calls > 0, withCallback);
			// One that needs several locks at a time would be refused one of them a thousand times.
			t.true(result.busyRetries < 100, String(result.busyRetries));
			t.true(result.restarts <= 3);
			t.like(result, {strategy: options.strategy ?? 'pages'});
			t.deepEqual(healthOf(target), healthy(SIZE.accounts));
		});
	}
}
