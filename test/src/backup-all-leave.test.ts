/** The ways out of a loop before its end: nothing of it may be at work afterwards. */
import {getEventListeners} from 'node:events';
import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	AbortError,
	BackupManager,
	type BackupAllRequest,
	type BackupOutcome,
	type ManagerOptions,
} from '../../src/index.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeGate, type Gate} from '../helpers/gate.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';
import {collect, makeTenants, watch, type TenantRequest, type Watched} from '../helpers/tenants.js';
import {preload} from '../helpers/threads.js';
import {turns} from '../helpers/turns.js';
import {until} from '../helpers/until.js';

const OLD = -1;

type Loop = AsyncGenerator<BackupOutcome<TenantRequest>, void, undefined>;

interface Scene {
	readonly directory: string;
	readonly manager: BackupManager;
	readonly gate: Gate;
	/** The first one is fulfilled, all others wait at the gate. */
	readonly source: Watched<TenantRequest>;
	readonly requests: readonly TenantRequest[];
}

/** Two threads and four requests in flight; each target is an older copy. */
async function setUp(t: ExecutionContext, options?: ManagerOptions): Promise<Scene> {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	const requests = makeTenants(directory, 10).map((request, index) =>
		index === 0 ? request : {...request, source: gate.source},
	);
	for (const {target} of requests) makeTagged(target, OLD);
	const manager = new BackupManager({maxThreads: 2, defaults: {sleep: 60}, ...options});
	t.teardown(() => manager.destroy());
	return {directory, manager, gate, source: watch(requests), requests};
}

/** All that was in flight is gone, and has changed nothing. */
function assertLeft(t: ExecutionContext, {directory, manager, source, requests}: Scene): void {
	const names = requests.map(({tenant}) => `tenant-${String(tenant)}.db`).sort();
	t.deepEqual(listDirectory(join(directory, 'out')), names, 'no staging file is left');
	t.deepEqual(manager.jobs, []);
	t.is(source.returned, 1);
	t.true(source.pulled <= 5);
	for (const [index, {tenant, target}] of requests.entries()) t.is(stateOf(target).tag, index === 0 ? tenant : OLD);
}

async function takeFirst(t: ExecutionContext, loop: Loop): Promise<void> {
	const {value} = await loop.next();
	t.like(value, {status: 'fulfilled'});
}

const thrown = new Error('out of the body');

const WAYS: Readonly<Record<string, (t: ExecutionContext, loop: Loop) => Promise<void>>> = {
	break: async (t, loop) => {
		for await (const {status} of loop) {
			t.is(status, 'fulfilled');
			break;
		}
	},
	'an exception in the body': async (t, loop) => {
		const looping = async (): Promise<void> => {
			for await (const {status} of loop) {
				t.is(status, 'fulfilled');
				throw thrown;
			}
		};
		t.is(await t.throwsAsync(looping()), thrown);
	},
	'return()': async (t, loop) => {
		await takeFirst(t, loop);
		t.deepEqual(await loop.return(), {done: true, value: undefined});
		t.deepEqual(await loop.next(), {done: true, value: undefined});
	},
	'throw()': async (t, loop) => {
		await takeFirst(t, loop);
		t.is(await t.throwsAsync(loop.throw(thrown)), thrown);
		t.deepEqual(await loop.next(), {done: true, value: undefined});
	},
	'await using': async (t, loop) => {
		await using left = loop;
		await takeFirst(t, left);
	},
	'return() while an outcome is waited for': async (t, loop) => {
		await takeFirst(t, loop);
		const waiting = loop.next();
		t.deepEqual(await loop.return(), {done: true, value: undefined});
		t.deepEqual(await waiting, {done: true, value: undefined});
	},
};

for (const [way, leave] of Object.entries(WAYS)) {
	test.serial(`left by ${way}: what is in flight is cancelled`, async (t) => {
		const scene = await setUp(t);
		const ends: string[] = [];
		scene.manager.on('aborted', ({error}) => ends.push((error as AbortError).code));

		await leave(t, scene.manager.backupAll(scene.source));

		assertLeft(t, scene);
		t.is(ends.length, scene.source.pulled - 1);
		t.true(ends.every((code) => code === 'ABORT_ERR'));
		await scene.gate.open();
		await t.notThrowsAsync(scene.manager.backup(scene.gate.source, join(scene.directory, 'next.db')));
	});
}

test.serial('left before its begin: nothing is pulled, and nothing is to be returned', async (t) => {
	const {manager, source} = await setUp(t);
	const loop = manager.backupAll(source);

	await loop.return();

	t.deepEqual(await loop.next(), {done: true, value: undefined});
	t.is(source.pulled, 0);
	t.is(source.returned, 0);
});

test.serial('leaving waits until the worker has cleaned up, also where the job is rejected before', async (t) => {
	const directory = makeDirectory(t);
	const stall = join(directory, 'stall');
	const [request] = makeTenants(directory, 1);
	const manager = new BackupManager({
		maxThreads: 1,
		execArgv: preload('preload-stall.ts'),
		env: {...process.env, STALL_WHILE: stall},
	});
	t.teardown(async () => {
		rmSync(stall, {force: true});
		await manager.destroy();
	});
	const out = join(directory, 'out');
	const aborted = new Promise((resolve) => manager.once('aborted', resolve));
	// The copy would take an hour, in short steps.
	const requests = [{...request, options: {maxRate: 200, pages: 1}}] as TenantRequest[];
	const loop = manager.backupAll(requests);
	void loop.next();
	await until(() => listDirectory(out).length > 0);
	writeFileSync(stall, '');
	await until(() => existsSync(`${stall}.stalled`));

	let left = false;
	const leaving = loop.return().then(() => {
		left = true;
	});
	await aborted;
	await turns();
	t.false(left);
	rmSync(stall);
	await leaving;

	t.deepEqual(listDirectory(out), []);
});

test.serial('an iterable that does not answer holds nobody up', async (t) => {
	const {manager, requests} = await setUp(t);
	async function* stuck(): AsyncGenerator<TenantRequest> {
		yield* requests.slice(0, 1);
		await new Promise(() => undefined);
	}

	for await (const {status} of manager.backupAll(stuck())) {
		t.is(status, 'fulfilled');
		break;
	}

	t.deepEqual(manager.jobs, []);
});

test.serial('a request that comes after the loop was left is not begun with', async (t) => {
	const {manager, requests} = await setUp(t);
	const late = Promise.withResolvers<IteratorResult<TenantRequest>>();
	const source = watch(requests.slice(0, 1), () => late.promise);
	const loop = manager.backupAll(source);
	await takeFirst(t, loop);
	await loop.return();
	t.is(source.returned, 1);
	manager.on('queued', () => {
		t.fail('it is a job');
	});

	const value = requests[1];
	if (value !== undefined) late.resolve({done: false, value});
	await turns();

	t.deepEqual(manager.jobs, []);
});

test.serial('a generator is ended where it stands', async (t) => {
	const {manager, requests} = await setUp(t);
	let ended = false;
	function* generate(): Generator<TenantRequest> {
		try {
			yield* requests;
		} finally {
			ended = true;
		}
	}

	for await (const {status} of manager.backupAll(generate())) {
		t.is(status, 'fulfilled');
		break;
	}

	t.true(ended);
});

test.serial('what the iterable throws on being left comes out of the loop', async (t) => {
	const scene = await setUp(t);
	const source: AsyncIterable<TenantRequest> = {
		[Symbol.asyncIterator]: () => ({
			...scene.source[Symbol.asyncIterator](),
			return: () => Promise.reject(thrown),
		}),
	};
	const looping = async (): Promise<void> => {
		for await (const {status} of scene.manager.backupAll(source)) {
			t.is(status, 'fulfilled');
			break;
		}
	};

	t.is(await t.throwsAsync(looping()), thrown);
	t.deepEqual(scene.manager.jobs, []);
});

test.serial('aborted: an outcome for each in flight, then an AbortError', async (t) => {
	const scene = await setUp(t);
	const controller = new AbortController();
	scene.manager.once('completed', () => {
		setImmediate(() => {
			controller.abort('enough');
		});
	});

	const {outcomes, error} = await collect(scene.manager.backupAll(scene.source, {signal: controller.signal}));

	t.true(error instanceof AbortError);
	t.like(error, {code: 'ABORT_ERR', cause: 'enough'});
	assertLeft(t, scene);
	t.is(outcomes.length, scene.source.pulled);
	t.is(outcomes.filter(({status}) => status === 'fulfilled').length, 1);
	for (const outcome of outcomes) {
		if (outcome.status === 'rejected') t.like(outcome.reason, {code: 'ABORT_ERR', cause: 'enough'});
	}

	t.deepEqual(getEventListeners(controller.signal, 'abort'), []);
});

test.serial('aborted before its begin', async (t) => {
	const {manager, source} = await setUp(t);

	const {outcomes, error} = await collect(manager.backupAll(source, {signal: AbortSignal.abort('enough')}));

	t.deepEqual(outcomes, []);
	t.like(error, {code: 'ABORT_ERR', cause: 'enough'});
	t.is(source.pulled, 0);
});

test.serial('aborted while the iterable does not answer', async (t) => {
	const {manager} = await setUp(t);
	const controller = new AbortController();
	const source = watch<TenantRequest>([], () => {
		setImmediate(() => {
			controller.abort('enough');
		});
		return new Promise(() => undefined);
	});

	const {outcomes, error} = await collect(manager.backupAll(source, {signal: controller.signal}));

	t.deepEqual(outcomes, []);
	t.like(error, {code: 'ABORT_ERR', cause: 'enough'});
	t.is(source.returned, 1);
});

test.serial('aborted when all have settled: too late', async (t) => {
	const {manager, requests} = await setUp(t);
	const controller = new AbortController();
	const loop = manager.backupAll(requests.slice(0, 1), {signal: controller.signal});
	await takeFirst(t, loop);
	await until(() => manager.jobs.length === 0);
	await turns();

	controller.abort('too late');

	t.deepEqual(await loop.next(), {done: true, value: undefined});
	t.deepEqual(getEventListeners(controller.signal, 'abort'), []);
});

test.serial('the signal of a request aborts that one only', async (t) => {
	const {manager, gate, requests} = await setUp(t, {defaults: {sleep: 0.005}});
	const controller = new AbortController();
	const some = requests
		.slice(0, 4)
		.map((request) => (request.tenant === 2 ? {...request, options: {signal: controller.signal}} : request));
	const ends: unknown[] = [];

	for await (const outcome of manager.backupAll(some)) {
		ends[outcome.request.tenant] = outcome.status === 'rejected' ? outcome.reason : outcome.status;
		if (outcome.request.tenant === 0) controller.abort('this one');
		if (outcome.request.tenant === 2) await gate.open();
	}

	t.like(ends[2], {code: 'ABORT_ERR', cause: 'this one'});
	t.deepEqual([ends[0], ends[1], ends[3]], ['fulfilled', 'fulfilled', 'fulfilled']);
	t.deepEqual(getEventListeners(controller.signal, 'abort'), []);
	t.deepEqual(stateOf(requests[2]?.target ?? ''), tagged(OLD));
});

test.serial('requests without end that are refused at once leave the event loop its turns', async (t) => {
	const {manager} = await setUp(t);
	const controller = new AbortController();
	function* endless(): Generator<BackupAllRequest> {
		for (;;) yield {source: '', target: ''};
	}

	setTimeout(() => {
		controller.abort('enough');
	}, 1);
	const {outcomes, error} = await collect(manager.backupAll(endless(), {signal: controller.signal}));

	t.like(error, {code: 'ABORT_ERR', cause: 'enough'});
	t.true(outcomes.every(({status}) => status === 'rejected'));
});
