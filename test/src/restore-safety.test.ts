/** What a safety copy holds: the very state that the restore replaces. */
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupManager, SQLITE_DONE} from '../../src/index.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {FOREIGN_WRITERS, waitForCommit} from '../helpers/foreign-writer.js';
import {generationOf, makeLedger, startLedgerWriter} from '../helpers/ledger.js';
import {isInstalled} from '../helpers/program.js';
import {until} from '../helpers/until.js';

const ROUNDS = 8;
/** So far ahead of all that is written that no generation is met twice. */
const STRIDE = 1_000_000;

for (const wal of [false, true]) {
	test.serial(
		`no commit falls between the safety copy and the restore, however many there are: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			const directory = makeDirectory(t);
			const target = join(directory, 'app.db');
			makeLedger(target, 1, {wal});
			await using manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.001}});
			const writer = await startLedgerWriter(t, target);
			const kept: number[] = [];

			for (let round = 1; round <= ROUNDS; round++) {
				const backup = join(directory, `backup-${String(round)}.db`);
				const safetyCopy = join(directory, `before-${String(round)}.db`);
				makeLedger(backup, round * STRIDE);
				await manager.restore(backup, target, {safetyCopy});
				kept.push(generationOf(safetyCopy));
				// The writer notices by what it finds when it goes on.
				await until(() => generationOf(target) > round * STRIDE);
			}

			const {lost} = await writer.stop();
			t.deepEqual(kept, lost);
			t.is(kept.length, ROUNDS);
		},
	);
}

for (const wal of [false, true]) {
	test.serial(
		`a thread that does nothing but write, and never gets to its events, does not hold up the restore: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			const directory = makeDirectory(t);
			const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
			makeLedger(backup, STRIDE);
			// Large enough to be kept by a process in either mode.
			makeLedger(target, 1, {wal, accounts: 3000, filler: 10_000});
			const live = new Database(target, {timeout: 20_000});
			t.teardown(() => live.close());
			const advance = live
				.prepare<[], number>('UPDATE ledger SET generation = generation + 1 RETURNING generation')
				.pluck();
			const clock = new Int32Array(new SharedArrayBuffer(4));
			await using manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.001}});
			// The events of its end come when this thread is done.
			let restored = false;
			const writeOnly = (): void => {
				const end = performance.now() + 30_000;
				while (!restored && performance.now() < end) {
					restored = (advance.get() ?? 0) > STRIDE;
					Atomics.wait(clock, 0, 0, 2);
				}
			};

			await manager.restore(backup, target, {
				safetyCopy: join(directory, 'before.db'),
				progress: (status) => {
					if (status === SQLITE_DONE) setImmediate(writeOnly);
				},
			});

			t.true(restored);
		},
	);
}

for (const [program, start] of Object.entries(FOREIGN_WRITERS)) {
	const testWith = isInstalled(program) ? test.serial : test.serial.skip;
	for (const wal of [false, true]) {
		testWith(`${program} writes without a pause: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
			const directory = makeDirectory(t);
			const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
			const safetyCopy = join(directory, 'before.db');
			makeAccounts(backup).close();
			makeAccounts(target, {wal}).close();
			const own = new Database(target, {timeout: 20_000});
			t.teardown(() => own.close());
			await using manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.001}});
			const writer = start(t, target);

			for (let round = 0; round < 3; round++) {
				waitForCommit(own);
				await manager.restore(backup, target, {safetyCopy});
				t.deepEqual(healthOf(safetyCopy), healthy());
				waitForCommit(own);
			}

			t.is(await writer.kill(), '', 'it had nothing to complain of');
			own.close();
			t.deepEqual(healthOf(target), healthy());
			// A writer that was killed may have left its journal.
			const left = listDirectory(directory).filter((name) => name !== 'app.db-journal');
			t.deepEqual(left, ['app.db', 'backup.db', 'before.db']);
		});
	}
}
