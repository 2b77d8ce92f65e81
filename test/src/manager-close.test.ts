import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {AbortError, BackupError, BackupManager, type BackupResult, type ManagerOptions} from '../../src/index.js';
import {healthOf, healthy} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeGate, type Gate} from '../helpers/gate.js';
import {countThreads} from '../helpers/threads.js';
import {until} from '../helpers/until.js';

interface Scene {
	readonly directory: string;
	readonly gate: Gate;
	readonly manager: BackupManager;
	/** Four jobs, of which two are active and none gets on. */
	readonly jobs: readonly Promise<BackupResult>[];
	readonly targets: readonly string[];
}

async function setUp(t: ExecutionContext, options?: ManagerOptions): Promise<Scene> {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	const manager = new BackupManager({...options, maxThreads: 2, defaults: {sleep: 0.005}});
	t.teardown(() => manager.destroy());
	const targets = ['1.db', '2.db', '3.db', '4.db'].map((name) => join(directory, name));
	const jobs = targets.map((target) => manager.backup(gate.source, target));
	for (const job of jobs) job.catch(() => undefined);
	await until(() => manager.jobs.filter(({busyRetries}) => busyRetries > 0).length === 2);
	return {directory, gate, manager, jobs, targets};
}

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
	return await Promise.race([
		promise.then(
			() => true,
			() => true,
		),
		new Promise<boolean>((resolve) => {
			setTimeout(resolve, 100, false);
		}),
	]);
}

async function assertClosed(t: ExecutionContext, manager: BackupManager, {source}: Gate): Promise<void> {
	const error = await t.throwsAsync(manager.backup(source, `${source}-late`), {instanceOf: BackupError});
	t.is(error.code, 'ERR_BACKUP_CLOSED');
}

/** Every job was aborted, and nothing is left of it. */
async function assertAllAborted(t: ExecutionContext, {jobs, directory, gate}: Scene): Promise<void> {
	for (const job of jobs) {
		const error = await t.throwsAsync(job, {instanceOf: AbortError});
		t.is(error.code, 'ABORT_ERR');
		t.is((error.cause as BackupError).code, 'ERR_BACKUP_CLOSED');
	}

	await gate.open();
	t.deepEqual(listDirectory(directory), ['gate.db']);
}

test.serial('close() finishes what is active and queued, and refuses what comes', async (t) => {
	const {manager, gate, jobs, targets} = await setUp(t);

	const closing = manager.close();

	await assertClosed(t, manager, gate);
	t.false(await isSettled(closing));
	await gate.open();
	t.is((await Promise.all(jobs)).length, 4);
	await closing;
	t.deepEqual(manager.jobs, []);
	for (const target of targets) t.deepEqual(healthOf(target), healthy());
	await assertClosed(t, manager, gate);
});

const FORCES: Readonly<Record<string, (manager: BackupManager) => Promise<unknown>>> = {
	'close({force: true})': (manager) => manager.close({force: true}),
	'destroy()': (manager) => manager.destroy(),
	'close(), then close({force: true})': (manager) => Promise.all([manager.close(), manager.close({force: true})]),
	'both at a time': (manager) => Promise.all([manager.destroy(), manager.close({force: true}), manager.close()]),
};

for (const [what, force] of Object.entries(FORCES)) {
	test.serial(`${what} aborts what is active and queued`, async (t) => {
		const scene = await setUp(t);

		await force(scene.manager);

		t.deepEqual(scene.manager.jobs, []);
		await assertAllAborted(t, scene);
		await assertClosed(t, scene.manager, scene.gate);
	});
}

test.serial('past closeTimeout, close() aborts the rest', async (t) => {
	const scene = await setUp(t, {closeTimeout: 50});

	await scene.manager.close();

	await assertAllAborted(t, scene);
});

test.serial('closeTimeout: 0 aborts at once', async (t) => {
	const scene = await setUp(t, {closeTimeout: 0});

	await scene.manager.close();

	await assertAllAborted(t, scene);
});

test.serial('jobs that end within closeTimeout are not aborted', async (t) => {
	const {manager, gate, jobs} = await setUp(t, {closeTimeout: 60_000});

	const closing = manager.close();
	await gate.open();

	t.is((await Promise.all(jobs)).length, 4);
	await closing;
});

test.serial('every close() waits for the same end', async (t) => {
	const {manager, gate, jobs} = await setUp(t);

	const closings = [manager.close(), manager.close(), manager[Symbol.asyncDispose]()];
	for (const closing of closings) t.false(await isSettled(closing));
	await gate.open();
	await Promise.all(closings);

	t.is((await Promise.all(jobs)).length, 4);
	await t.notThrowsAsync(manager.close());
	await t.notThrowsAsync(manager.destroy());
});

test.serial('await using finishes the jobs, also when the block ends without waiting for them', async (t) => {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	await gate.open();
	let job: Promise<BackupResult> | undefined;
	let used: BackupManager;

	{
		await using manager = new BackupManager();
		used = manager;
		job = manager.backup(gate.source, join(directory, 'copy.db'));
	}

	t.deepEqual(used.jobs, []);
	t.is((await job).target, join(directory, 'copy.db'));
	await assertClosed(t, used, gate);
});

for (const minThreads of [0, 2]) {
	test.serial(`a manager that was never used can be closed: minThreads ${String(minThreads)}`, async (t) => {
		const gate = await makeGate(t, makeDirectory(t));
		const manager = new BackupManager({minThreads});

		await manager.close();

		await assertClosed(t, manager, gate);
	});
}

const testThreads = process.platform === 'linux' ? test.serial : test.serial.skip;

testThreads('close() ends the threads', async (t) => {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	await gate.open();
	// Whatever this process starts once and keeps is there after one job.
	const use = async (manager: BackupManager): Promise<unknown> =>
		Promise.all([1, 2].map((index) => manager.backup(gate.source, join(directory, `${String(index)}.db`))));
	const first = new BackupManager({maxThreads: 2});
	await use(first);
	await first.close();
	const before = countThreads();
	const manager = new BackupManager({maxThreads: 2, idleTimeout: Infinity});
	await use(manager);
	t.is(countThreads(), before + 2);

	await manager.close();

	t.is(countThreads(), before);
});
