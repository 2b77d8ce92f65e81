/** Aborts that meet the end of a job: whichever wins, the promise and the target must tell the same. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {AbortError, BackupManager, SQLITE_DONE, type BackupOptions} from '../../src/index.js';
import {abortAfter} from '../helpers/abort-after.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, STATE_SQL, stateOf} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

interface LateCase {
	readonly options: BackupOptions;
	readonly rounds: number;
}

const CASES: readonly LateCase[] = [
	{options: {existing: 'replace', strategy: 'pages'}, rounds: 60},
	{options: {existing: 'overwrite', pages: 5}, rounds: 60},
	{options: {existing: 'replace', strategy: 'serialize'}, rounds: 60},
	// An abort ends the child, and to start another one takes longer than the copy.
	{options: {existing: 'replace', strategy: 'clone'}, rounds: 20},
	{options: {existing: 'replace', strategy: 'vacuum'}, rounds: 20},
];

for (const {options, rounds} of CASES) {
	test.serial(`aborted at ${String(rounds)} random moments: ${JSON.stringify(options)}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'copy.db');
		makeTagged(source, 0);
		makeTagged(target, 0);
		const database = new Database(source);
		t.teardown(() => database.close());
		const tag = database.prepare('UPDATE account SET balance = ?');
		await using manager = new BackupManager({maxThreads: 1});
		// Starts the thread, so that the rounds take alike.
		await manager.backup(source, target, options);
		let published = 0;
		let typical = 10;
		const ends = {fulfilled: 0, rejected: 0};

		for (let round = 1; round <= rounds; round++) {
			tag.run(round);
			const controller = new AbortController();
			// Half of them anywhere, the others after the last report, where the worker is about to publish.
			const anywhere = round % 2 === 0;
			const delay = Math.random() * (anywhere ? typical * 1.5 : 3);
			const startedAt = performance.now();
			const copying = manager.backup(source, target, {
				...options,
				signal: controller.signal,
				progress: (status) => {
					if (status === SQLITE_DONE && !anywhere) void abortAfter(controller, delay);
				},
			});
			if (anywhere) void abortAfter(controller, delay);

			const [outcome] = await Promise.allSettled([copying]);

			ends[outcome.status]++;
			if (outcome.status === 'fulfilled') {
				published = round;
				typical = performance.now() - startedAt;
			} else {
				t.true(outcome.reason instanceof AbortError);
				// Its worker may be a little behind.
				await until(() => listDirectory(directory).length === 2, 'the staging file is gone');
			}

			t.like(stateOf(target), {tag: published, mixed: false, integrity: 'ok'});
		}

		t.log(ends);
		await manager.close();
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		// Nothing was published by a thread that was left behind either.
		t.is(stateOf(target).tag, published);
	});
}

test.serial('aborted while a live target is written in place: the transaction is rolled back', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'live.db');
	const large = {accounts: 3000, filler: 10_000};
	makeTagged(source, 2, large);
	makeTagged(target, 1, large);
	const live = new Database(target);
	t.teardown(() => live.close());
	const state = live.prepare(STATE_SQL);
	await using manager = new BackupManager({maxThreads: 1});
	let rejected = 0;

	// The last slice cannot be stopped any more, so a round may be lost to a slow machine.
	for (let round = 0; round < 10 && rejected === 0; round++) {
		const controller = new AbortController();
		const copying = manager.backup(source, live, {signal: controller.signal});
		const outcome = Promise.allSettled([copying]).then(([settled]) => settled);
		let over = false;
		void outcome.then(() => {
			over = true;
		});
		// SQLite makes the journal when the first pages of the target are to change.
		await until(() => over || existsSync(`${target}-journal`));
		controller.abort('enough');

		const settled = await outcome;

		if (settled.status === 'rejected') {
			rejected++;
			t.is((settled.reason as AbortError).cause, 'enough');
			t.deepEqual(state.get(), {tag: 1, mixed: 0, rows: large.accounts});
		} else {
			t.deepEqual(state.get(), {tag: 2, mixed: 0, rows: large.accounts});
			live.prepare('UPDATE account SET balance = 1').run();
		}
	}

	t.is(rejected, 1);
	await manager.close();
	live.close();
	t.deepEqual(listDirectory(directory), ['app.db', 'live.db']);
	t.like(stateOf(target), {tag: 1, mixed: false, integrity: 'ok'});
});
