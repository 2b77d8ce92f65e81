import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {BackupManager, type ExistingMode} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {Cancelled} from '../../../workers/failures.js';
import {createStaging} from '../../../workers/publish/staging.js';
import {findSourceFile, openSource} from '../../../workers/source/open.js';
import {copy} from '../../../workers/strategies/copy.js';
import type {Strategy} from '../../../workers/strategies/strategy.js';
import {healthOf, healthy, makeAccounts} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeJob} from '../../helpers/job-context.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {startWriter} from '../../helpers/writer.js';

const manager = new BackupManager({maxThreads: STRATEGY_NAMES.length});
test.after.always(() => manager.close());

const OLD = 1;
const NEW = 2;

interface Way {
	readonly existing: ExistingMode;
	readonly exists: boolean;
}

const WAYS: readonly Way[] = [
	{existing: 'replace', exists: false},
	{existing: 'replace', exists: true},
	{existing: 'overwrite', exists: true},
	{existing: 'fail', exists: false},
];

for (const strategy of STRATEGY_NAMES) {
	for (const wal of [false, true]) {
		for (const {existing, exists} of WAYS) {
			const target = exists ? 'an existing target' : 'a new target';
			test.serial(
				`a copy by ${strategy} of a ${wal ? 'WAL' : 'rollback'} source that is open, '${existing}', ${target}`,
				async (t) => {
					const directory = makeDirectory(t);
					const [from, to] = [join(directory, 'app.db'), join(directory, 'copy.db')];
					const source = makeAccounts(from, {wal, accounts: 300});
					t.teardown(() => source.close());
					// In WAL mode, what is in neither file alone.
					source.pragma('wal_checkpoint(TRUNCATE)');
					source.prepare('UPDATE account SET balance = ?').run(NEW);
					if (exists) makeTagged(to, OLD);
					const before = listDirectory(directory);
					// What is overwritten has another file than the copy.
					const checksum = existing === 'overwrite' ? false : 'sha256';

					const result = await manager.backup(from, to, {strategy, existing, checksum, verify: 'full'});

					t.like(result, {strategy, source: from, target: to, restarts: 0, verified: 'full'});
					if (checksum !== false) t.is(result.sha256, execFileSync('sha256sum', [to], {encoding: 'utf8'}).slice(0, 64));
					t.deepEqual(listDirectory(directory), [...new Set([...before, 'copy.db'])].sort());
					t.deepEqual(stateOf(to), tagged(NEW, 300));
				},
			);
		}
	}
}

test.serial('a job that is aborted while a strategy fails leaves no file: none is made for another try', async (t) => {
	const directory = makeDirectory(t);
	const path = join(directory, 'app.db');
	makeTagged(path, NEW);
	const request = {kind: 'file', path} as const;
	const job = makeJob(t, {source: request, target: {path: join(directory, 'copy.db')}});
	const staging = createStaging(job.request.target.path, false, job);
	const source = openSource(request, findSourceFile(request));
	t.teardown(() => {
		source.close();
	});
	const failing: Strategy = {
		name: 'clone',
		copy: async () => {
			job.control.cancel();
			// As the main thread does for whoever aborted.
			rmSync(staging.path);
			return Promise.reject(new Error('No process can be started'));
		},
	};

	await t.throwsAsync(copy(source, staging, job, failing), {instanceOf: Cancelled});

	t.deepEqual(listDirectory(directory), ['app.db']);
});

/** Each in a thread of its own, with a child of its own. */
for (const wal of [false, true]) {
	test.serial(`every strategy at a time while somebody writes: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const accounts = 2000;
		makeAccounts(source, {wal, accounts}).close();
		// In rollback mode it has to leave readers some room.
		const writer = await startWriter(t, source, wal ? 0 : 5);

		for (let round = 0; round < 5; round++) {
			const before = writer.transactions;
			await Promise.all(
				STRATEGY_NAMES.map(async (strategy) => {
					const target = join(directory, `${strategy}.db`);
					const result = await manager.backup(source, target, {strategy, sleep: 0.002});
					t.is(result.strategy, strategy);
					t.deepEqual(healthOf(target), healthy(accounts), strategy);
				}),
			);
			await writer.progress(1);
			t.true(writer.transactions > before);
		}

		await writer.stop();
		t.deepEqual(healthOf(source), healthy(accounts));
		t.deepEqual(listDirectory(directory), ['app.db', ...STRATEGY_NAMES.map((strategy) => `${strategy}.db`)].sort());
	});
}
