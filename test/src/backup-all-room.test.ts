/** A manager that is bounded, and that others use as well: a loop waits for room as it waits for its own. */
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type ManagerOptions} from '../../src/index.js';
import {makeDirectory} from '../helpers/directory.js';
import {makeGate, type Gate} from '../helpers/gate.js';
import {collect, makeTenants, watch, type TenantRequest, type Watched} from '../helpers/tenants.js';
import {turns} from '../helpers/turns.js';

interface Scene {
	readonly manager: BackupManager;
	readonly gate: Gate;
	readonly requests: readonly TenantRequest[];
	readonly source: Watched<TenantRequest>;
	/** A backup that takes room until the gate is opened. */
	readonly occupy: (signal?: AbortSignal) => Promise<unknown>;
}

async function setUp(t: ExecutionContext, options: ManagerOptions): Promise<Scene> {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	const requests = makeTenants(directory, 10);
	const manager = new BackupManager({maxThreads: 2, maxQueue: 0, defaults: {sleep: 0.005}, ...options});
	t.teardown(() => manager.destroy());
	let count = 0;
	const occupy = async (signal?: AbortSignal): Promise<unknown> =>
		await manager.backup(gate.source, join(directory, `other-${String(count++)}.db`), {signal});
	return {manager, gate, requests, source: watch(requests), occupy};
}

const fulfilled = Array.from({length: 10}, () => 'fulfilled');

for (const [what, others] of [
	['some of it', 1],
	['all of it', 2],
] as const) {
	test.serial(`others have taken ${what}: the loop waits for room, and none is refused`, async (t) => {
		const {manager, gate, source, occupy} = await setUp(t, {});
		const taken = Array.from({length: others}, () => occupy());

		const looping = collect(manager.backupAll(source));
		await turns();
		if (others === 2) t.is(source.pulled, 0);
		await gate.open();

		const {outcomes, error} = await looping;
		t.is(error, undefined);
		t.deepEqual(
			outcomes.map(({status}) => status),
			fulfilled,
		);
		await Promise.all(taken);
	});
}

test.serial('two loops in one manager that has room for one job: both get to their end', async (t) => {
	const directory = makeDirectory(t);
	const requests = makeTenants(directory, 10);
	const again = requests.map((request) => ({...request, target: `${request.target}.again`}));
	await using manager = new BackupManager({maxThreads: 1, maxQueue: 0});

	const loops = await Promise.all([requests, again].map((some) => collect(manager.backupAll(some))));

	for (const {outcomes, error} of loops) {
		t.is(error, undefined);
		t.deepEqual(
			outcomes.map(({status}) => status),
			fulfilled,
		);
	}
});

test.serial('more in flight than there is room for is no more than there is room for', async (t) => {
	const {manager, gate, source} = await setUp(t, {maxThreads: 1, maxQueue: 1});
	let most = 0;
	manager.on('queued', () => {
		most = Math.max(most, manager.jobs.length);
	});
	await gate.open();

	const {outcomes} = await collect(manager.backupAll(source, {concurrency: 5}));

	t.deepEqual(
		outcomes.map(({status}) => status),
		fulfilled,
	);
	t.is(most, 2);
});

test.serial('room that is taken while the iterable has not answered: its request waits', async (t) => {
	const {manager, gate, requests, occupy} = await setUp(t, {maxThreads: 1});
	const [request] = requests;
	const late = Promise.withResolvers<IteratorResult<TenantRequest>>();
	const answers = [late.promise];
	const source = watch<TenantRequest>([], () => answers.pop() ?? Promise.resolve({done: true, value: undefined}));

	const looping = collect(manager.backupAll(source));
	await turns();
	const taken = occupy();
	if (request !== undefined) late.resolve({done: false, value: request});
	await turns();
	await gate.open();

	t.like(await looping, {error: undefined, outcomes: {0: {request, status: 'fulfilled'}, length: 1}});
	await taken;
});

test.serial('aborted while it waits for room', async (t) => {
	const {manager, source, occupy} = await setUp(t, {maxThreads: 1});
	const [taken, controller] = [new AbortController(), new AbortController()];
	const other = occupy(taken.signal);
	const looping = collect(manager.backupAll(source, {signal: controller.signal}));
	await turns();

	controller.abort('enough');

	t.like(await looping, {outcomes: {length: 0}, error: {code: 'ABORT_ERR', cause: 'enough'}});
	t.is(source.pulled, 0);
	taken.abort('done');
	await t.throwsAsync(other, {code: 'ABORT_ERR'});
});

test.serial('aborted while a request that was pulled waits for room: it has its outcome', async (t) => {
	const {manager, requests, occupy} = await setUp(t, {maxThreads: 1});
	const [request] = requests;
	const controller = new AbortController();
	const late = Promise.withResolvers<IteratorResult<TenantRequest>>();
	const looping = collect(
		manager.backupAll(
			watch([], () => late.promise),
			{signal: controller.signal},
		),
	);
	await turns();
	const other = occupy();
	if (request !== undefined) late.resolve({done: false, value: request});
	await turns();

	controller.abort('enough');

	const {outcomes, error} = await looping;
	t.like(error, {code: 'ABORT_ERR', cause: 'enough'});
	t.is(outcomes.length, 1);
	t.like(outcomes[0], {request, status: 'rejected', reason: {code: 'ABORT_ERR', cause: 'enough'}});
	t.is(manager.jobs.length, 1);
	await manager.destroy();
	await t.throwsAsync(other, {code: 'ABORT_ERR'});
});

test.serial('left while it waits for room', async (t) => {
	const {manager, source, gate, occupy} = await setUp(t, {maxThreads: 1});
	const other = occupy();
	const loop = manager.backupAll(source);
	const waiting = loop.next();
	await turns();

	await loop.return();

	t.deepEqual(await waiting, {done: true, value: undefined});
	t.is(source.pulled, 0);
	await gate.open();
	await other;
});

test.serial('a manager that is closed while the loop waits for room ends it at once', async (t) => {
	const {manager, source, gate, occupy} = await setUp(t, {maxThreads: 1});
	const other = occupy();
	const looping = collect(manager.backupAll(source));
	await turns();

	const closed = manager.close();

	// The gate is opened only after this: the other job still runs.
	t.like(await looping, {outcomes: {length: 0}, error: {code: 'ERR_BACKUP_CLOSED'}});
	await gate.open();
	await Promise.all([other, closed]);
});
