import {join} from 'node:path';
import type {EventEmitter} from 'eventemitter3';
import test, {type ExecutionContext} from 'ava';
import {
	BackupError,
	BackupManager,
	SQLITE_BUSY,
	SQLITE_DONE,
	SQLITE_OK,
	type BackupEvents,
	type BackupOptions,
	type JobInfo,
	type ManagerOptions,
	type ProgressEvent,
} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {makeGate} from '../helpers/gate.js';
import {until} from '../helpers/until.js';
import {collectWarnings} from '../helpers/warnings.js';

interface Noted {
	readonly event: keyof BackupEvents;
	readonly job: JobInfo;
	readonly payload: Readonly<Record<string, unknown>>;
}

const JOB_EVENTS = ['queued', 'active', 'progress', 'completed', 'failed', 'aborted'] as const;

interface Scene {
	readonly manager: BackupManager;
	readonly directory: string;
	readonly source: string;
	readonly target: string;
	readonly noted: Noted[];
}

function setUp(t: ExecutionContext, options?: ManagerOptions): Scene {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	const manager = new BackupManager(options);
	t.teardown(() => manager.destroy());
	const noted: Noted[] = [];
	for (const event of JOB_EVENTS) {
		manager.on(event, ({job, ...payload}: {job: JobInfo}) => noted.push({event, job, payload}));
	}

	// The one name that an emitter may end the process for. It is not among the typed ones.
	(manager as EventEmitter).on('error', () => {
		t.fail('there is no event "error"');
	});
	return {manager, directory, source, target: join(directory, 'copy.db'), noted};
}

/** The names of the events, with `progress` once where it comes several times in a row. */
function names(noted: readonly Noted[]): string[] {
	return noted.map(({event}) => event).filter((event, index, all) => event !== 'progress' || all[index - 1] !== event);
}

test.serial('a job that is accepted is told of before backup() returns', async (t) => {
	const {manager, source, target, noted} = setUp(t);

	const copy = manager.backup(source, target);
	t.deepEqual(names(noted), ['queued']);

	const [queued] = noted;
	t.is(queued?.job.id, (await copy).jobId);
});

test.serial('a job that is completed', async (t) => {
	const {manager, source, target, noted} = setUp(t);

	const result = await manager.backup(source, target, {priority: 7});

	t.deepEqual(names(noted), ['queued', 'active', 'progress', 'completed']);
	for (const {job} of noted) t.like(job, {id: result.jobId, source, target, priority: 7});
	t.deepEqual(
		noted.map(({job}) => job.state).filter((state, index, all) => state !== all[index - 1]),
		['queued', 'active', 'completed'],
	);
	t.deepEqual(noted.at(-1)?.payload, {result});
	t.like(noted.at(-1)?.job, {remaining: 0, total: result.pages, restarts: 0, busyRetries: 0});
	const last = noted.at(-2);
	t.deepEqual(last?.payload, {status: SQLITE_DONE, remaining: 0, total: result.pages});
});

test.serial('a job that fails', async (t) => {
	const {manager, directory, target, noted} = setUp(t);

	const error = await t.throwsAsync(manager.backup(join(directory, 'missing.db'), target), {instanceOf: BackupError});

	t.deepEqual(names(noted), ['queued', 'active', 'failed']);
	t.is(noted.at(-1)?.job.state, 'failed');
	t.is(noted.at(-1)?.job.id, error.jobId);
	t.is(noted.at(-1)?.payload['error'], error);
});

test.serial('a job that fails for its callback', async (t) => {
	const {manager, source, target, noted} = setUp(t);
	const thrown = new Error('of mine');

	const copying = manager.backup(source, target, {
		progress: () => {
			throw thrown;
		},
	});

	t.is(await t.throwsAsync(copying), thrown);
	t.is(noted.at(-1)?.event, 'failed');
	t.is(noted.at(-1)?.payload['error'], thrown);
});

test.serial('a job that fails before it could run', async (t) => {
	const {manager, source, directory, noted} = setUp(t);

	const error = await t.throwsAsync(manager.backup(source, join(directory, 'missing', 'copy.db')));

	t.deepEqual(names(noted), ['queued', 'failed']);
	t.is(noted.at(-1)?.payload['error'], error);
});

test.serial('a job that is aborted, running or queued', async (t) => {
	const {manager, directory, target, noted} = setUp(t, {maxThreads: 1});
	const gate = await makeGate(t, directory);
	const controller = new AbortController();
	const {signal} = controller;
	const running = manager.backup(gate.source, target, {signal});
	await until(() => noted.at(-1)?.event === 'progress');
	const queued = manager.backup(gate.source, join(directory, 'other.db'), {signal});
	const split = noted.length;

	controller.abort();

	const errors = [await t.throwsAsync(running), await t.throwsAsync(queued)];
	const [first, second] = [noted[0]?.job.id, noted[split - 1]?.job.id];
	const byJob = (id: string | undefined): Noted[] => noted.filter(({job}) => job.id === id);
	t.deepEqual(names(byJob(first)), ['queued', 'active', 'progress', 'aborted']);
	t.deepEqual(names(byJob(second)), ['queued', 'aborted']);
	t.deepEqual(
		[first, second].map((id) => byJob(id).at(-1)?.payload['error']),
		errors,
	);
	t.is(byJob(first).at(-1)?.job.state, 'aborted');
});

test.serial('what is refused at the call has no events', async (t) => {
	const {manager, source, target, noted} = setUp(t);

	await t.throwsAsync(manager.backup(source, target, {pages: 0.5}), {instanceOf: RangeError});
	await t.throwsAsync(manager.backup(source, target, {signal: AbortSignal.abort()}), {name: 'AbortError'});

	t.deepEqual(noted, []);
});

const STEPS: BackupOptions = {pages: 1, snapshot: 'none'};

async function progressOf(scene: Scene, options = STEPS): Promise<ProgressEvent[]> {
	const events: ProgressEvent[] = [];
	scene.manager.on('progress', (event) => events.push(event));
	await scene.manager.backup(scene.source, scene.target, options);
	return events;
}

test.serial('progressInterval: 0 tells of each step', async (t) => {
	const events = await progressOf(setUp(t, {progressInterval: 0}));

	const total = events[0]?.total ?? 0;
	t.true(total > 10);
	const left = events.map(({remaining}) => remaining);
	t.deepEqual(
		left.filter((pages, index) => pages !== left[index - 1]),
		Array.from({length: total + 1}, (_, copied) => total - copied),
	);
	t.true(events.every(({job, remaining}) => job.remaining === remaining && job.total === total));
});

test.serial('progressInterval: Infinity tells of the first and the last', async (t) => {
	const events = await progressOf(setUp(t, {progressInterval: Infinity}));

	const total = events[0]?.total ?? 0;
	t.deepEqual(
		events.map(({status, remaining}) => [status, remaining]),
		[
			[SQLITE_OK, total],
			[SQLITE_DONE, 0],
		],
	);
});

test.serial('progress tells of waiting for a lock', async (t) => {
	const {manager, directory, target, noted} = setUp(t, {progressInterval: 0});
	const gate = await makeGate(t, directory);
	const copying = manager.backup(gate.source, target, {sleep: 0.005});
	await until(() => (noted.at(-1)?.job.busyRetries ?? 0) >= 2);
	await gate.open();
	const {busyRetries} = await copying;

	t.like(noted[2], {event: 'progress', payload: {status: SQLITE_BUSY, remaining: 0, total: 0}});
	t.is(noted.at(-1)?.job.busyRetries, busyRetries);
});

test.serial('a listener that throws changes no outcome, and is told of as a warning', async (t) => {
	const warnings = collectWarnings(t);
	const {manager, directory, source, target} = setUp(t, {maxQueue: 0, maxThreads: 1});
	const events = [...JOB_EVENTS, 'drain', 'needsDrain'] as const;
	for (const event of events) {
		manager.on(event, () => {
			throw new Error(`from ${event}`);
		});
	}

	const {pages} = await manager.backup(source, target);
	t.true(pages > 0);
	await t.throwsAsync(manager.backup(join(directory, 'missing.db'), target), {code: 'ERR_BACKUP_SOURCE'});
	const controller = new AbortController();
	const copying = manager.backup(source, target, {signal: controller.signal});
	controller.abort('enough');
	await t.throwsAsync(copying, {name: 'AbortError'});

	await until(() => events.every((event) => warnings.some(({message}) => message.includes(`from ${event}`))));
	t.deepEqual(new Set(warnings.map(({code}) => code)), new Set(['HOTCOPY_LISTENER_THREW']));
});
