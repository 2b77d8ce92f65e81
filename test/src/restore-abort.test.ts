/** Aborts of restores: whichever wins, the promise, the target and the safety copy must tell the same. */
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {AbortError, BackupManager, SQLITE_DONE} from '../../src/index.js';
import {abortAfter} from '../helpers/abort-after.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, STATE_SQL, stateOf} from '../helpers/tagged.js';

const ROUNDS = 40;

for (const wal of [false, true]) {
	test.serial(`aborted at ${String(ROUNDS)} random moments: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const directory = makeDirectory(t);
		const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
		const safetyCopy = join(directory, 'before.db');
		makeTagged(backup, 0);
		makeTagged(target, 0, {wal, accounts: 1000});
		makeTagged(safetyCopy, -1);
		const source = new Database(backup);
		const live = new Database(target);
		t.teardown(() => {
			source.close();
			live.close();
		});
		const tag = source.prepare('UPDATE account SET balance = ?');
		const state = live.prepare<[], {tag: number; mixed: number}>(STATE_SQL);
		await using manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.001}});
		let expected = {target: 0, kept: -1};
		// What a restore takes, and what is left of it after the last report. An abort ends a child process that the next one
		// must start, so what they are is not known beforehand, and grows until some restores are not cut off any more.
		let typical = 50;
		let tail = 20;
		const ends = {fulfilled: 0, rejected: 0};

		for (let round = 1; round <= ROUNDS; round++) {
			tag.run(round);
			const controller = new AbortController();
			// Half of them anywhere, the others after the last report, when the target is about to be locked, kept and written.
			const anywhere = round % 2 === 0;
			const startedAt = performance.now();
			let doneAt = startedAt;
			const restoring = manager.restore(backup, target, {
				safetyCopy,
				verify: 'quick',
				signal: controller.signal,
				progress: (status) => {
					if (status !== SQLITE_DONE) return;
					doneAt = performance.now();
					if (!anywhere) void abortAfter(controller, Math.random() * tail);
				},
			});
			if (anywhere) void abortAfter(controller, Math.random() * typical * 1.2);

			const [outcome] = await Promise.allSettled([restoring]);

			ends[outcome.status]++;
			if (outcome.status === 'fulfilled') {
				expected = {target: round, kept: expected.target};
				typical = performance.now() - startedAt;
				tail = performance.now() - doneAt;
			} else {
				t.true(outcome.reason instanceof AbortError);
				if (anywhere) typical *= 1.2;
				else tail *= 1.2;
			}

			t.like(state.get(), {tag: expected.target, mixed: 0});
			t.like(stateOf(safetyCopy), {tag: expected.kept, mixed: false, integrity: 'ok'});
		}

		t.log(ends);
		t.true(ends.fulfilled > 5 && ends.rejected > 5);
		await manager.close();
		source.close();
		live.close();
		t.deepEqual(listDirectory(directory), ['app.db', 'backup.db', 'before.db']);
		t.like(stateOf(target), {tag: expected.target, mixed: false, integrity: 'ok'});
	});
}
