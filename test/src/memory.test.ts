import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {BackupManager, SQLITE_DONE, SQLITE_OK} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {findChecks} from '../helpers/processes.js';

const MIB = 1024 * 1024;
/** Less than the database, so that a copy of it in memory would show. */
const BOUND = 150 * MIB;

test.serial(
	'a page a step of 200 MB, and a callback that is slow: each report arrives, and memory stays bounded',
	async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		makeAccounts(source, {wal: true, accounts: 2200, filler: 102_400}).close();
		const target = join(directory, 'copy.db');
		const small = join(directory, 'small.db');
		makeAccounts(small).close();

		for (const strategy of ['pages', 'clone'] as const) {
			await using manager = new BackupManager({maxThreads: 1});
			// Starts the thread and its child, whose own size is not what this is about.
			await manager.backup(small, target, {strategy});
			const before = process.memoryUsage.rss() + childMemory();
			let peak = before;
			let calls = 0;
			let expected: number | undefined;
			const wrong: [number, number, number][] = [];

			const result = await manager.backup(source, target, {
				strategy,
				pages: 1,
				progress: (status, remaining, total) => {
					expected = (expected ?? total) - 1;
					if (remaining !== expected || status !== (remaining === 0 ? SQLITE_DONE : SQLITE_OK)) {
						wrong.push([status, remaining, total]);
					}

					// Slow now and then, so that the copy, which is pinned and does not wait, gets far ahead.
					if (calls++ % 2000 === 0) {
						Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
						peak = Math.max(peak, process.memoryUsage.rss() + childMemory());
					}
				},
			});

			t.is(result.strategy, strategy);
			t.true(result.bytes > 200 * MIB);
			t.deepEqual(wrong, []);
			t.is(calls, result.pages);
			t.is(expected, 0);
			t.log(`${strategy}: ${String(calls)} reports, ${String(Math.round((peak - before) / MIB))} MiB more`);
			t.true(peak - before < BOUND);
		}
	},
);

/** What the child processes had in memory at the most, where the system tells; 0 without any. */
function childMemory(): number {
	if (process.platform !== 'linux') return 0;
	const peaks = findChecks(process.pid).map((pid) => {
		const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
		return Number(kilobytes ?? 0) * 1024;
	});
	return peaks.reduce((sum, peak) => sum + peak, 0);
}
