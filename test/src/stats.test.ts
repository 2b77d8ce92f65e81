import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Piscina} from 'piscina';
import {BackupManager, type BackupResult, type HistogramSummary, type ManagerOptions} from '../../src/index.js';
import {makeDirectory} from '../helpers/directory.js';
import {makeGate, type Gate} from '../helpers/gate.js';
import {makeTenants, type TenantRequest} from '../helpers/tenants.js';
import {until} from '../helpers/until.js';

interface Scene {
	readonly manager: BackupManager;
	readonly gate: Gate;
	readonly directory: string;
	readonly requests: readonly TenantRequest[];
	readonly run: (request: TenantRequest) => Promise<BackupResult>;
}

async function setUp(t: ExecutionContext, options?: ManagerOptions): Promise<Scene> {
	const directory = makeDirectory(t);
	const manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.005}, ...options});
	t.teardown(() => manager.destroy());
	return {
		manager,
		gate: await makeGate(t, directory),
		directory,
		requests: makeTenants(directory, 4),
		run: ({source, target}) => manager.backup(source, target),
	};
}

/** Each summary is exact to 3 digits. */
function assertClose(t: ExecutionContext, actual: number, expected: number): void {
	t.true(Math.abs(actual - expected) <= expected / 500 + 0.002, `${String(actual)} is about ${String(expected)}`);
}

function assertSums(t: ExecutionContext, summary: HistogramSummary, times: readonly number[]): void {
	t.is(summary.count, times.length);
	assertClose(t, summary.min, Math.min(...times));
	assertClose(t, summary.max, Math.max(...times));
	assertClose(t, summary.mean, times.reduce((sum, time) => sum + time) / times.length);
	t.is(summary.average, summary.mean);
	const {min, p50, p99_999, max} = summary;
	t.true(min <= p50 && p50 <= p99_999 && p99_999 <= max);
}

test.serial('of a manager that has done nothing, all is 0', (t) => {
	const {waitTime, runTime, ...counts} = new BackupManager().stats;
	t.deepEqual(counts, {queued: 0, active: 0, completed: 0, failed: 0, aborted: 0, bytes: 0});
	for (const summary of [waitTime, runTime]) t.true(Object.values(summary).every((value) => value === 0));
});

test.serial("the histograms have what Piscina's have", (t) => {
	const piscina = new Piscina();
	t.teardown(() => piscina.destroy());
	const {count, ...summary} = new BackupManager().stats.runTime;
	t.is(count, 0);
	t.deepEqual(Object.keys(summary), Object.keys(piscina.histogram.runTime));
});

test.serial('completed jobs: their count, their bytes, how long they waited and ran in ms', async (t) => {
	const {manager, requests, run} = await setUp(t);

	const results = await Promise.all(requests.map(run));

	const {bytes, waitTime, runTime, ...counts} = manager.stats;
	t.deepEqual(counts, {queued: 0, active: 0, completed: 4, failed: 0, aborted: 0});
	t.is(
		bytes,
		results.reduce((sum, result) => sum + result.bytes, 0),
	);
	assertSums(
		t,
		waitTime,
		results.map(({queuedMs}) => queuedMs),
	);
	assertSums(
		t,
		runTime,
		results.map(({durationMs}) => durationMs),
	);
});

test.serial('what waits and what runs', async (t) => {
	const {manager, gate, directory, requests, run} = await setUp(t);
	const jobs = [manager.backup(gate.source, join(directory, 'blocker.db')), ...requests.slice(0, 2).map(run)];
	t.like(manager.stats, {queued: 3, active: 0});

	await until(() => manager.stats.active === 1);

	const during = manager.stats;
	t.like(during, {queued: 2, active: 1, completed: 0});
	t.is(during.waitTime.count, 1);
	t.is(during.runTime.count, 0);
	t.true(Object.isFrozen(during) && Object.isFrozen(during.waitTime));
	await gate.open();
	await Promise.all(jobs);
	t.like(manager.stats, {queued: 0, active: 0, completed: 3});
	t.like(during, {queued: 2, active: 1, completed: 0}, 'it is of its moment');
});

test.serial('jobs that fail, and jobs that are aborted, waiting and running', async (t) => {
	const {manager, gate, directory, requests} = await setUp(t);
	const controller = new AbortController();
	const {signal} = controller;
	const running = manager.backup(gate.source, join(directory, 'blocker.db'), {signal});
	const waiting = requests.slice(0, 2).map(({source, target}) => manager.backup(source, target, {signal}));
	const outcomes = Promise.allSettled([running, ...waiting]);
	await until(() => manager.stats.active === 1);
	controller.abort();
	await outcomes;
	t.like(manager.stats, {queued: 0, active: 0, completed: 0, failed: 0, aborted: 3, bytes: 0});
	t.is(manager.stats.waitTime.count, 1, 'two of them have never run');
	t.is(manager.stats.runTime.count, 1);

	await t.throwsAsync(manager.backup(join(directory, 'missing.db'), join(directory, 'copy.db')));
	// It does not get as far as the queue.
	await t.throwsAsync(manager.backup(gate.source, join(directory, 'missing', 'copy.db')));

	const {waitTime, runTime, ...counts} = manager.stats;
	t.deepEqual(counts, {queued: 0, active: 0, completed: 0, failed: 2, aborted: 3, bytes: 0});
	t.is(waitTime.count, 2);
	t.is(runTime.count, 2);
});

test.serial('what is refused was no job', async (t) => {
	const {manager, gate, directory} = await setUp(t, {maxQueue: 0});
	const blocker = manager.backup(gate.source, join(directory, 'blocker.db'));
	const target = join(directory, 'copy.db');

	await t.throwsAsync(manager.backup(gate.source, target), {code: 'ERR_BACKUP_QUEUE_FULL'});
	await t.throwsAsync(manager.backup(gate.source, ''), {instanceOf: TypeError});
	await t.throwsAsync(manager.backup(gate.source, target, {signal: AbortSignal.abort()}), {code: 'ABORT_ERR'});

	const {queued, active, completed, failed, aborted} = manager.stats;
	t.is(queued + active, 1);
	t.is(completed + failed + aborted, 0);
	await gate.open();
	await blocker;
});

test.serial('a listener finds its job counted', async (t) => {
	const {manager, requests, run} = await setUp(t);
	const seen: unknown[] = [];
	for (const event of ['queued', 'active', 'completed'] as const) {
		manager.on(event, () => {
			const {queued, active, completed} = manager.stats;
			seen.push([event, queued, active, completed]);
		});
	}

	const [request] = requests;
	if (request !== undefined) await run(request);

	t.deepEqual(seen, [
		['queued', 1, 0, 0],
		['active', 0, 1, 0],
		['completed', 0, 0, 1],
	]);
});
