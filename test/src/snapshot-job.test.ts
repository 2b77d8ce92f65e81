/** How `manager.snapshot()` gets on; `snapshot.test.ts` is about the option of that name. */
import {statSync} from 'node:fs';
import test from 'ava';
import Database from 'better-sqlite3';
import {
	AbortError,
	BackupError,
	BackupManager,
	SQLITE_BUSY,
	SQLITE_DONE,
	SQLITE_OK,
	type SnapshotOptions,
} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {callsOf, type Call} from '../helpers/calls.js';
import {executeHere, healthIn, healthy} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeGate} from '../helpers/gate.js';
import {lockOut} from '../helpers/lock.js';
import {ownStaging, prepare, TAG} from '../helpers/snapshots.js';
import {stateIn, tagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

// Every manager is closed by then, and with it every job is over.
test.after('nothing of a snapshot is left in the directory for temporary files', (t) => {
	t.deepEqual(ownStaging(), []);
});

for (const strategy of ['auto', ...STRATEGY_NAMES] as const) {
	test.serial(`progress tells of each step of a snapshot: by ${strategy}`, async (t) => {
		const {app} = prepare(t);
		// Otherwise a copy by VACUUM might have fewer pages.
		executeHere(app, 'VACUUM');
		const total = statSync(app).size / 4096;

		await using single = new BackupManager({maxThreads: 1});

		for (const pages of [0, 1, 5, total, total + 1]) {
			const calls: Call[] = [];
			await single.snapshot(app, {strategy, pages, progress: (...call) => calls.push(call)});
			t.deepEqual(calls, callsOf(total, pages), String(pages));
		}
	});

	test.serial(`what progress throws is what a snapshot rejects with: by ${strategy}`, async (t) => {
		const {app, directory} = prepare(t);
		await using single = new BackupManager({maxThreads: 1});
		const error = new Error('stop');

		for (const at of [SQLITE_DONE, SQLITE_OK]) {
			const failing = single.snapshot(app, {
				strategy,
				pages: 1,
				progress: (status) => {
					if (status === at) throw error;
				},
			});
			t.is(await t.throwsAsync(failing), error);
		}

		t.true((await single.snapshot(app)).length > 0);
		t.deepEqual(listDirectory(directory), ['app.db', 'decoy.db']);
	});
}

test.serial('the events of a snapshot, and what its result says', async (t) => {
	const {app} = prepare(t);
	await using single = new BackupManager({maxThreads: 1});
	const seen: unknown[] = [];
	for (const event of ['queued', 'active', 'progress'] as const) {
		single.on(event, ({job}) => seen.push([event, job.source, job.target]));
	}

	single.on('completed', ({result}) => seen.push(result));
	const {size} = statSync(app);

	await single.snapshot(app, {verify: 'quick'});

	const result = seen.at(-1);
	t.deepEqual(new Set(seen.slice(0, -1).map((entry) => JSON.stringify(entry))).size, 3);
	t.deepEqual(seen.slice(0, 2), [
		['queued', app, ':memory:'],
		['active', app, ':memory:'],
	]);
	t.like(result, {
		source: app,
		target: ':memory:',
		strategy: 'serialize',
		pageSize: 4096,
		pages: size / 4096,
		bytes: size,
		verified: 'quick',
	});
});

test.serial('two snapshots of one source run at a time', async (t) => {
	const gate = await makeGate(t, makeDirectory(t));
	await using pair = new BackupManager({maxThreads: 2, defaults: {sleep: 0.005}});

	const taking = [pair.snapshot(gate.source), pair.snapshot(gate.source), pair.snapshot(gate.source)];
	await until(() => pair.jobs.filter(({busyRetries}) => busyRetries > 0).length === 2);
	t.deepEqual(
		pair.jobs.map(({state, target}) => [state, target]),
		[
			['active', ':memory:'],
			['active', ':memory:'],
			['queued', ':memory:'],
		],
	);
	await gate.open();

	for (const buffer of await Promise.all(taking)) t.deepEqual(healthIn(new Database(buffer)), healthy());
});

test.serial('snapshots leave the queue by their priority, and fill it', async (t) => {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	const {app} = prepare(t);
	await using single = new BackupManager({maxThreads: 1, maxQueue: 3, defaults: {sleep: 0.005}});
	const begun: number[] = [];
	single.on('active', ({job}) => begun.push(job.priority));

	const all = [single.snapshot(gate.source, {priority: 9})];
	await until(() => begun.length === 1);
	for (const priority of [0, 5, 1]) all.push(single.snapshot(app, {priority}));
	await t.throwsAsync(single.snapshot(app), {code: 'ERR_BACKUP_QUEUE_FULL'});
	await until(() => single.jobs.length === 4);
	// Into the queue they go in a later turn.
	await new Promise((resolve) => setImmediate(resolve));
	await gate.open();
	await Promise.all(all);

	t.deepEqual(begun, [9, 5, 1, 0]);
});

test.serial('a closed manager takes no snapshot, and finishes those that it has', async (t) => {
	const gate = await makeGate(t, makeDirectory(t));
	const single = new BackupManager({maxThreads: 1, defaults: {sleep: 0.005}});
	const taking = [single.snapshot(gate.source), single.snapshot(gate.source)];

	const closing = single.close();
	await t.throwsAsync(single.snapshot(gate.source), {instanceOf: BackupError, code: 'ERR_BACKUP_CLOSED'});
	await gate.open();

	await closing;
	for (const buffer of await Promise.all(taking)) t.deepEqual(healthIn(new Database(buffer)), healthy());
});

type Stop = (controller: AbortController) => SnapshotOptions;

const STOPS: Readonly<Record<string, Stop>> = {
	'before the call': (controller) => {
		controller.abort('enough');
		return {};
	},
	'in the tick of the call': (controller) => {
		queueMicrotask(() => {
			controller.abort('enough');
		});
		return {};
	},
	'at the last call of its callback': (controller) => ({
		progress: () => {
			controller.abort('enough');
		},
	}),
	'in the middle of its steps': (controller) => ({
		pages: 1,
		snapshot: 'none',
		progress: () => {
			controller.abort('enough');
		},
	}),
};

for (const [when, stop] of Object.entries(STOPS)) {
	test.serial(`a snapshot is aborted ${when}`, async (t) => {
		const {app, directory} = prepare(t);
		await using single = new BackupManager({maxThreads: 1});
		const controller = new AbortController();

		const taking = single.snapshot(app, {...stop(controller), signal: controller.signal});

		t.like(await t.throwsAsync(taking, {instanceOf: AbortError}), {code: 'ABORT_ERR', cause: 'enough'});
		t.deepEqual(single.jobs, []);
		t.deepEqual(stateIn(new Database(await single.snapshot(app))), tagged(TAG));
		t.deepEqual(listDirectory(directory), ['app.db', 'decoy.db']);
	});
}

for (const way of [{}, {verify: 'quick'}, {strategy: 'clone'}, {strategy: 'vacuum'}] satisfies SnapshotOptions[]) {
	test.serial(`a locked source is waited for, given up on and let go of: ${JSON.stringify(way)}`, async (t) => {
		const {app} = prepare(t);
		await using single = new BackupManager({maxThreads: 1, defaults: {sleep: 0.01}});
		// Starts the thread and its child, which may take longer than it is to wait.
		await single.snapshot(app, way);
		const release = await lockOut(t, app);
		const statuses: number[] = [];
		const note = (status: number): void => void statuses.push(status);

		const stalled = single.snapshot(app, {...way, stallTimeout: 500, progress: note});
		t.like(await t.throwsAsync(stalled, {instanceOf: BackupError}), {
			code: 'ERR_BACKUP_BUSY',
			sqliteCode: 'SQLITE_BUSY',
		});
		t.true(statuses.length > 0 && statuses.every((status) => status === SQLITE_BUSY));

		const late = single.snapshot(app, {...way, sleep: 3600, timeout: 200});
		await t.throwsAsync(late, {instanceOf: BackupError, code: 'ERR_BACKUP_TIMEOUT'});

		const controller = new AbortController();
		const aborted = single.snapshot(app, {
			...way,
			sleep: 3600,
			signal: controller.signal,
			progress: () => {
				controller.abort();
			},
		});
		await t.throwsAsync(aborted, {name: 'AbortError'});

		const waiting = single.snapshot(app, {
			...way,
			progress: (status) => {
				if (status === SQLITE_BUSY) void release();
			},
		});
		t.deepEqual(stateIn(new Database(await waiting)), tagged(TAG));
	});
}
