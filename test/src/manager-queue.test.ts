import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, type BackupResult} from '../../src/index.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeGate, type Gate} from '../helpers/gate.js';
import {until} from '../helpers/until.js';

interface Scene {
	readonly gate: Gate;
	readonly manager: BackupManager;
	readonly directory: string;
	readonly events: string[];
	/** Starts a job that waits at the gate. */
	readonly submit: (signal?: AbortSignal) => Promise<BackupResult>;
}

async function setUp(t: ExecutionContext, maxQueue: number, maxThreads: number): Promise<Scene> {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	const manager = new BackupManager({maxThreads, maxQueue, defaults: {sleep: 0.005}});
	t.teardown(() => manager.destroy());
	const events: string[] = [];
	manager.on('needsDrain', () => events.push('needsDrain'));
	manager.on('drain', () => events.push('drain'));
	let jobs = 0;
	return {
		gate,
		manager,
		directory,
		events,
		submit: (signal) => {
			const job = manager.backup(gate.source, join(directory, `copy ${String(jobs++)}`), {signal});
			// A test that fails leaves jobs behind, whose rejections say nothing more.
			job.catch(() => undefined);
			return job;
		},
	};
}

function activeOf(manager: BackupManager): number {
	return manager.jobs.filter(({state}) => state === 'active').length;
}

async function assertFull(t: ExecutionContext, {submit, manager, directory}: Scene): Promise<void> {
	const jobs = manager.jobs.length;
	const files = listDirectory(directory).length;
	const error = await t.throwsAsync(submit(), {instanceOf: BackupError});
	t.is(error.code, 'ERR_BACKUP_QUEUE_FULL');
	t.regex(error.message, /maxQueue/);
	t.is(manager.jobs.length, jobs);
	t.is(listDirectory(directory).length, files);
}

for (const {maxQueue, maxThreads} of [
	{maxQueue: 0, maxThreads: 1},
	{maxQueue: 0, maxThreads: 2},
	{maxQueue: 3, maxThreads: 1},
	{maxQueue: 2, maxThreads: 2},
]) {
	const title = `maxQueue ${String(maxQueue)}, maxThreads ${String(maxThreads)}`;

	test.serial(`one job more than may run and wait is refused: ${title}`, async (t) => {
		const scene = await setUp(t, maxQueue, maxThreads);
		const {gate, manager, submit} = scene;
		// All at once, before any of them could begin.
		const jobs = Array.from({length: maxQueue + maxThreads}, () => submit());

		await assertFull(t, scene);
		await until(() => activeOf(manager) === maxThreads);
		await assertFull(t, scene);

		await gate.open();
		t.is((await Promise.all(jobs)).length, maxQueue + maxThreads);
		await t.notThrowsAsync(submit());
	});

	test.serial(
		`'needsDrain' when it is full, then 'drain' when there is room for maxQueue jobs: ${title}`,
		async (t) => {
			const scene = await setUp(t, maxQueue, maxThreads);
			const {gate, manager, submit, events} = scene;
			const jobs = Array.from({length: maxQueue + maxThreads}, () => submit());
			await until(() => activeOf(manager) === maxThreads);

			t.deepEqual(
				events.filter((event) => event === 'needsDrain'),
				['needsDrain'],
			);
			t.true(manager.needsDrain);
			t.is(events.at(-1), 'needsDrain', 'there is no room yet');

			// What a caller does that was refused.
			const next = new Promise<BackupResult[]>((resolve, reject) => {
				manager.once('drain', () => {
					const more = Array.from({length: Math.max(1, maxQueue)}, () => submit());
					Promise.all(more).then(resolve, reject);
				});
			});
			await gate.open();

			await Promise.all(jobs);
			t.is((await next).length, Math.max(1, maxQueue));
			t.false(manager.needsDrain);
		},
	);
}

test.serial('an aborted job makes room', async (t) => {
	const scene = await setUp(t, 1, 1);
	const {gate, manager, submit, events} = scene;
	const controller = new AbortController();
	const running = submit();
	await until(() => activeOf(manager) === 1);
	const waiting = submit(controller.signal);
	await assertFull(t, scene);

	controller.abort();

	await t.throwsAsync(waiting, {name: 'AbortError'});
	t.is(events.at(-1), 'drain');
	const next = submit();
	await gate.open();
	await Promise.all([running, next]);
});

test.serial('without a maxQueue there is always room', async (t) => {
	const {gate, manager, submit, events} = await setUp(t, Infinity, 1);

	const jobs = Array.from({length: 50}, () => submit());
	await gate.open();
	await Promise.all(jobs);

	t.false(events.includes('needsDrain'));
	t.false(manager.needsDrain);
});
