import {getEventListeners} from 'node:events';
import {existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	AbortError,
	BackupManager,
	SQLITE_OK,
	type BackupOptions,
	type BackupResult,
	type ProgressEvent,
} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {lockOut} from '../helpers/lock.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';
import {logThreads, type ThreadLog} from '../helpers/threads.js';

const OLD = 1;
const NEW = 2;
/** The copy would take an hour. */
const SLOWLY: BackupOptions = {maxRate: 200};

interface Scene {
	readonly manager: BackupManager;
	readonly threads: ThreadLog;
	readonly controller: AbortController;
	readonly source: string;
	readonly target: string;
	/** What the directory of the target holds when nothing was left behind. */
	readonly before: string[];
}

/** A source, an existing target in a directory of its own, and a manager with one thread. */
function setUp(t: ExecutionContext): Scene {
	const directory = makeDirectory(t);
	const threads = logThreads(directory);
	const source = join(directory, 'app.db');
	const target = join(directory, 'backups', 'app.db');
	mkdirSync(join(directory, 'backups'));
	makeTagged(source, NEW, {wal: true, accounts: 1000});
	makeTagged(target, OLD);
	const manager = new BackupManager({...threads.options, maxThreads: 1, progressInterval: 0});
	t.teardown(() => manager.destroy());
	return {manager, threads, controller: new AbortController(), source, target, before: ['app.db']};
}

async function assertAborted(t: ExecutionContext, promise: Promise<BackupResult>, reason: unknown): Promise<void> {
	const error = await t.throwsAsync(promise, {instanceOf: AbortError});
	t.is(error.name, 'AbortError');
	t.is(error.code, 'ABORT_ERR');
	t.is(error.cause, reason);
}

/** After an abort: nothing was changed or left, and the same thread makes the next backup. */
async function assertClean(t: ExecutionContext, scene: Scene, started = 1): Promise<void> {
	const {manager, threads, controller, source, target, before} = scene;
	t.deepEqual(getEventListeners(controller.signal, 'abort'), []);
	t.deepEqual(manager.jobs, []);
	t.is(stateOf(target).tag, OLD);
	// It also waits for the worker to be done with the aborted job.
	await manager.backup(source, target);
	t.is(threads.started, started);
	t.deepEqual(listDirectory(join(target, '..')), before);
	t.deepEqual(stateOf(target), tagged(NEW, 1000));
}

test.serial('aborted before the call', async (t) => {
	const scene = setUp(t);
	const {manager, controller, source, target} = scene;
	const reason = new Error('enough');
	controller.abort(reason);
	manager.on('queued', () => {
		t.fail('the job was queued');
	});

	await assertAborted(t, manager.backup(source, target, {signal: controller.signal}), reason);

	manager.removeAllListeners();
	await assertClean(t, scene);
});

test.serial('aborted in the tick of the call', async (t) => {
	const scene = setUp(t);
	const {manager, controller, source, target} = scene;

	const copying = manager.backup(source, target, {signal: controller.signal});
	controller.abort('enough');

	await assertAborted(t, copying, 'enough');
	await assertClean(t, scene);
});

test.serial('aborted while queued', async (t) => {
	const scene = setUp(t);
	const {manager, controller, source, target} = scene;
	const blocker = new AbortController();
	const blocking = manager.backup(source, join(target, '..', 'other.db'), {...SLOWLY, signal: blocker.signal});
	await new Promise((resolve) => manager.once('progress', resolve));
	const waiting = manager.backup(source, target, {signal: controller.signal});
	t.is(manager.jobs[1]?.state, 'queued');

	controller.abort('enough');

	await assertAborted(t, waiting, 'enough');
	t.is(manager.jobs.length, 1);
	blocker.abort();
	await assertAborted(t, blocking, blocker.signal.reason);
	await assertClean(t, scene);
});

test.serial('aborted asleep on a locked source', async (t) => {
	const scene = setUp(t);
	const {manager, controller, source, target} = scene;
	const release = await lockOut(t, source);

	const copying = manager.backup(source, target, {
		signal: controller.signal,
		sleep: 3600,
		stallTimeout: Infinity,
		progress: () => {
			// In a later turn, when the worker is asleep.
			setTimeout(() => {
				controller.abort('enough');
			}, 50);
		},
	});

	await assertAborted(t, copying, 'enough');
	await release();
	await assertClean(t, scene);
});

const MIDDLE: readonly BackupOptions[] = [
	{pages: 1},
	{pages: 5, snapshot: 'none'},
	{pages: 0},
	{pages: 0, existing: 'overwrite'},
];

for (const options of MIDDLE) {
	for (const withCallback of [true, false]) {
		const title = `${JSON.stringify(options)}, ${withCallback ? 'with' : 'without'} a callback`;
		test.serial(`aborted in the middle of the copy: ${title}`, async (t) => {
			const scene = setUp(t);
			const {manager, controller, source, target} = scene;
			let seen: ProgressEvent | undefined;
			let files: string[] = [];
			manager.once('progress', (event) => {
				seen = event;
				files = listDirectory(join(target, '..'));
				controller.abort('enough');
			});

			const copying = manager.backup(source, target, {
				...SLOWLY,
				...options,
				signal: controller.signal,
				...(withCallback ? {progress: () => undefined} : {}),
			});

			await assertAborted(t, copying, 'enough');
			t.is(seen?.status, SQLITE_OK);
			t.true(seen !== undefined && seen.remaining > 0);
			t.true(files.length > scene.before.length, 'there was a staging file');
			await assertClean(t, scene);
		});
	}
}

test.serial('aborted by the callback, at the very last call', async (t) => {
	const scene = setUp(t);
	const {manager, controller, source, target} = scene;

	const copying = manager.backup(source, target, {
		signal: controller.signal,
		progress: () => {
			controller.abort('enough');
		},
	});

	await assertAborted(t, copying, 'enough');
	await assertClean(t, scene);
});

test.serial('an abort after the end changes nothing', async (t) => {
	const {manager, controller, source, target, before} = setUp(t);

	await manager.backup(source, target, {signal: controller.signal});
	t.deepEqual(getEventListeners(controller.signal, 'abort'), []);
	controller.abort('too late');

	t.deepEqual(stateOf(target), tagged(NEW, 1000));
	t.deepEqual(listDirectory(join(target, '..')), before);
});

test.serial('one signal for a hundred jobs: all are aborted, without a warning', async (t) => {
	const {manager, controller, source, target, threads} = setUp(t);
	const warnings: Error[] = [];
	const note = (warning: Error): void => void warnings.push(warning);
	process.on('warning', note);
	t.teardown(() => process.off('warning', note));

	const copying = Array.from({length: 100}, (_, index) =>
		manager.backup(source, `${target}-${String(index)}`, {...SLOWLY, signal: controller.signal}),
	);
	const outcomes = Promise.allSettled(copying);
	await new Promise((resolve) => manager.once('progress', resolve));
	controller.abort('enough');

	for (const promise of copying) await assertAborted(t, promise, 'enough');
	await outcomes;
	t.deepEqual(warnings, []);
	t.deepEqual(getEventListeners(controller.signal, 'abort'), []);
	await manager.backup(source, target);
	t.is(threads.started, 1);
	t.false(existsSync(`${target}-0`));
});

test.serial('a source without a file can be aborted as well', async (t) => {
	const scene = setUp(t);
	const {manager, controller, target} = scene;
	const memory = makeAccounts(':memory:', {accounts: 1000});
	t.teardown(() => memory.close());
	manager.once('progress', () => {
		controller.abort('enough');
	});

	const copying = manager.backup(memory, target, {...SLOWLY, signal: controller.signal});

	await assertAborted(t, copying, 'enough');
	await assertClean(t, scene);
});
