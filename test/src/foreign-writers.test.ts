import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {backup, SQLITE_OK, type BackupOptions} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {FOREIGN_WRITERS, waitForCommit} from '../helpers/foreign-writer.js';
import {isInstalled} from '../helpers/program.js';

const COPIES: readonly BackupOptions[] = [...STRATEGY_NAMES.map((strategy) => ({strategy})), {pages: 3}];

for (const [program, start] of Object.entries(FOREIGN_WRITERS)) {
	const testWith = isInstalled(program) ? test.serial : test.serial.skip;
	for (const wal of [true, false]) {
		for (const options of COPIES) {
			testWith(`${program} writes, ${wal ? 'WAL' : 'rollback'}, ${JSON.stringify(options)}`, async (t) => {
				const directory = makeDirectory(t);
				const source = join(directory, 'app.db');
				const target = join(directory, 'copy.db');
				makeAccounts(source, {wal}).close();
				const observer = new Database(source);
				t.teardown(() => observer.close());
				const writer = start(t, source);
				waitForCommit(observer);
				let calls = 0;

				const result = await backup(source, target, {
					...options,
					// A writer without a pause leaves a rollback-journal database unlocked for moments only.
					sleep: 0.001,
					progress: (status) => {
						// Not a step but a wait for the writer's lock. Later steps may be made under a pin, which in rollback-journal mode
						// lets nobody commit.
						if (status !== SQLITE_OK || options.pages === undefined) return;
						if (calls++ < 3) waitForCommit(observer);
					},
				});

				waitForCommit(observer);
				t.is(await writer.kill(), '', 'the writer was never refused');
				t.is(result.restarts, wal || options.pages === undefined ? 0 : 3);
				t.like(result, {strategy: options.strategy ?? 'pages'});
				t.deepEqual(healthOf(target), healthy());
			});
		}
	}
}
