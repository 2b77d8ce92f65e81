import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {BackupError, BackupManager, type BackupOptions} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {holdChild} from '../helpers/held-child.js';
import {lockOut} from '../helpers/lock.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';

interface TimeoutCase {
	readonly title: string;
	readonly options: BackupOptions;
	/** The source is locked. */
	readonly locked?: boolean;
	/** The child process stands still. */
	readonly held?: boolean;
}

const CASES: readonly TimeoutCase[] = [
	...STRATEGY_NAMES.map((strategy) => ({
		title: `asleep on a locked source, by ${strategy}`,
		locked: true,
		options: {strategy, sleep: 3600, stallTimeout: Infinity},
	})),
	{title: 'in the middle of a step', options: {maxRate: 200}},
	{title: 'between two steps', options: {maxRate: 200, pages: 1}},
	{title: 'in place', options: {maxRate: 200, existing: 'overwrite'}},
	{title: 'while its child clones', held: true, options: {strategy: 'clone'}},
	{title: 'while its child vacuums', held: true, options: {strategy: 'vacuum'}},
];

for (const {title, options, locked = false, held = false} of CASES) {
	test.serial(`a job that takes longer than its timeout: ${title}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'backups', 'app.db');
		mkdirSync(join(directory, 'backups'));
		makeTagged(source, 2, {wal: true});
		makeTagged(target, 1);
		const release = locked ? await lockOut(t, source) : undefined;
		await using manager = new BackupManager({maxThreads: 1});
		if (held) await holdChild(t, manager);
		const failed: unknown[] = [];
		manager.on('failed', ({job, error}) => failed.push(job.state, error));

		const error = await t.throwsAsync(manager.backup(source, target, {...options, timeout: 200}), {
			instanceOf: BackupError,
		});

		t.is(error.code, 'ERR_BACKUP_TIMEOUT');
		t.regex(error.message, /timeout of 200 ms/);
		t.is(typeof error.jobId, 'string');
		t.deepEqual(failed, ['failed', error]);
		t.deepEqual(stateOf(target), tagged(1));
		await release?.();
		// The one thread is free again.
		await manager.backup(source, target, {timeout: 60_000});
		t.deepEqual(stateOf(target), tagged(2));
		t.deepEqual(listDirectory(join(directory, 'backups')), ['app.db']);
	});
}

test.serial('the time in the queue does not count', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const locked = join(directory, 'locked.db');
	makeTagged(source, 2);
	makeTagged(locked, 3);
	const release = await lockOut(t, locked);
	await using manager = new BackupManager({maxThreads: 1});
	const timeout = 1000;

	const first = manager.backup(locked, join(directory, 'first.db'), {sleep: 0.01});
	await new Promise((resolve) => manager.once('active', resolve));
	const second = manager.backup(source, join(directory, 'second.db'), {timeout});
	setTimeout(() => void release(), timeout + 200);

	await first;
	const {queuedMs} = await second;
	t.true(queuedMs >= timeout);
});
