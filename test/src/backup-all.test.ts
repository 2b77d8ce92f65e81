import {getEventListeners} from 'node:events';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {
	BackupError,
	BackupManager,
	type BackupAllOptions,
	type BackupAllRequest,
	type BackupAllRequests,
	type ManagerOptions,
} from '../../src/index.js';
import {makeDirectory} from '../helpers/directory.js';
import {makeGate} from '../helpers/gate.js';
import {stateOf, tagged} from '../helpers/tagged.js';
import {collect, makeTenants, watch, type TenantRequest} from '../helpers/tenants.js';
import {turns} from '../helpers/turns.js';
import {until} from '../helpers/until.js';

function makeManager(t: ExecutionContext, options?: ManagerOptions): BackupManager {
	const manager = new BackupManager({defaults: {sleep: 0.005}, ...options});
	t.teardown(() => manager.destroy());
	return manager;
}

type Shape = (requests: TenantRequest[]) => BackupAllRequests<TenantRequest>;

const SHAPES: Readonly<Record<string, Shape>> = {
	'an array': (requests) => requests,
	'a set': (requests) => new Set(requests),
	'a generator': function* (requests) {
		yield* requests;
	},
	'an async generator': async function* (requests) {
		for (const request of requests) {
			await new Promise(setImmediate);
			yield request;
		}
	},
	'a stream': (requests) => Readable.from(requests) as AsyncIterable<TenantRequest>,
};

for (const [what, shape] of Object.entries(SHAPES)) {
	test.serial(`the requests of ${what} are all fulfilled`, async (t) => {
		const requests = makeTenants(makeDirectory(t), 12);
		const manager = makeManager(t, {maxThreads: 2});
		const {signal} = new AbortController();
		const seen: TenantRequest[] = [];

		for await (const outcome of manager.backupAll(shape(requests), {signal})) {
			t.is(outcome.status, 'fulfilled');
			t.true(Object.isFrozen(outcome));
			if (outcome.status === 'fulfilled') t.is(outcome.result.target, outcome.request.target);
			seen.push(outcome.request);
		}

		t.is(seen.length, requests.length);
		t.true(
			requests.every((request) => seen.includes(request)),
			'each request once, the very object',
		);
		for (const {tenant, target} of requests) t.deepEqual(stateOf(target), tagged(tenant));
		t.deepEqual(manager.jobs, []);
		t.deepEqual(getEventListeners(signal, 'abort'), []);
	});
}

for (const empty of [[], new Set<never>(), watch<BackupAllRequest>([])]) {
	test.serial(`no requests in ${empty.constructor.name}, no outcomes`, async (t) => {
		t.deepEqual(await collect(makeManager(t).backupAll(empty)), {outcomes: []});
	});
}

test.serial('outcomes come as they settle, not in the order of the requests', async (t) => {
	const directory = makeDirectory(t);
	const gate = await makeGate(t, directory);
	const requests = makeTenants(directory, 5).map((request, index) =>
		index === 0 ? {...request, source: gate.source} : request,
	);
	const manager = makeManager(t, {maxThreads: 2});
	const order: number[] = [];

	for await (const {request} of manager.backupAll(requests)) {
		order.push(request.tenant);
		if (order.length === requests.length - 1) await gate.open();
	}

	t.deepEqual(order, [1, 2, 3, 4, 0]);
});

test.serial('whatever is wrong with a request, the others are fulfilled', async (t) => {
	const directory = makeDirectory(t);
	const good = makeTenants(directory, 3);
	const [source, target] = [join(directory, 'tenant-0.db'), join(directory, 'out', 'refused.db')];
	const thrown = new Error('from the callback');
	const aborted = AbortSignal.abort('not this one');
	const bad: Readonly<Record<string, readonly [request: unknown, reason: object]>> = {
		'a source that is missing': [{source: join(directory, 'none.db'), target}, {code: 'ERR_BACKUP_SOURCE'}],
		'a directory that is missing': [{source, target: join(directory, 'none', 'copy.db')}, {code: 'ERR_BACKUP_TARGET'}],
		'a database that is unknown': [{source, target, options: {name: 'x'}}, {code: 'ERR_BACKUP_UNKNOWN_DATABASE'}],
		'source and target the same': [{source, target: source}, {code: 'ERR_BACKUP_SAME_FILE'}],
		null: [null, {name: 'TypeError', message: /request to be an object.*got null/}],
		undefined: [undefined, {name: 'TypeError', message: /request to be an object.*got undefined/}],
		'a path': ['app.db', {name: 'TypeError', message: /request to be an object.*got 'app.db'/}],
		'no source': [{target}, {name: 'TypeError', message: /source to be a path.*got undefined/}],
		'no target': [{source}, {name: 'TypeError', message: /target to be a path.*got undefined/}],
		'options that are null': [
			{source, target, options: null},
			{name: 'TypeError', message: /got null/},
		],
		'a misspelt option': [
			{source, target, options: {page: 1}},
			{name: 'TypeError', message: /Did you mean "pages"/},
		],
		'a value out of range': [{source, target, options: {sleep: -1}}, {name: 'RangeError'}],
		'a signal that is none': [
			{source, target, options: {signal: 1}},
			{name: 'TypeError', message: /"signal"/},
		],
		'a signal of its own': [
			{source, target, options: {signal: aborted}},
			{code: 'ABORT_ERR', cause: 'not this one'},
		],
		'a callback that throws': [
			{
				source,
				target,
				options: {
					progress: () => {
						throw thrown;
					},
				},
			},
			thrown,
		],
	};
	const requests = [...Object.values(bad).map(([request]) => request as TenantRequest), ...good];

	const {outcomes, error} = await collect(makeManager(t).backupAll(requests));

	t.is(error, undefined);
	t.is(outcomes.length, requests.length);
	for (const [what, [request, reason]] of Object.entries(bad)) {
		const outcome = outcomes.find((candidate) => candidate.request === request);
		if (outcome?.status !== 'rejected') {
			t.fail(`${what}: ${String(outcome?.status)}`);
		} else if (reason === thrown) {
			t.is(outcome.reason, thrown);
		} else {
			const {message, ...facts} = reason as {message?: RegExp};
			t.like(outcome.reason, facts, what);
			if (message !== undefined) t.regex((outcome.reason as Error).message, message, what);
		}
	}

	t.false(existsSync(target));
	for (const {tenant, target: copy} of good) t.deepEqual(stateOf(copy), tagged(tenant));
});

for (const {maxThreads, maxQueue, concurrency, expected} of [
	{maxThreads: 2, maxQueue: Infinity, concurrency: undefined, expected: 4},
	{maxThreads: 2, maxQueue: 1, concurrency: undefined, expected: 3},
	{maxThreads: 2, maxQueue: 0, concurrency: undefined, expected: 2},
	{maxThreads: 1, maxQueue: Infinity, concurrency: 7, expected: 7},
	{maxThreads: 4, maxQueue: Infinity, concurrency: 1, expected: 1},
]) {
	const options: BackupAllOptions = {concurrency};
	test.serial(
		`${String(expected)} in flight, with ${JSON.stringify({maxThreads, maxQueue, ...options})}`,
		async (t) => {
			const directory = makeDirectory(t);
			const gate = await makeGate(t, directory);
			const requests = makeTenants(directory, 20).map((request) => ({...request, source: gate.source}));
			const source = watch(requests);
			const manager = makeManager(t, {maxThreads, maxQueue});
			let most = 0;
			manager.on('queued', () => {
				most = Math.max(most, manager.jobs.length);
			});

			const collecting = collect(manager.backupAll(source, options));
			await until(() => source.pulled >= expected);
			// Were there room for one more, it would come within some turns of the event loop.
			await turns();
			t.is(source.pulled, expected);
			t.is(manager.jobs.length, expected);
			await gate.open();
			const {outcomes} = await collecting;

			t.is(most, expected);
			t.true(outcomes.every(({status}) => status === 'fulfilled'));
			t.is(outcomes.length, requests.length);
		},
	);
}

test.serial('nothing is pulled before the first outcome is asked for', async (t) => {
	const source = watch(makeTenants(makeDirectory(t), 1));
	const loop = makeManager(t).backupAll(source);
	await new Promise(setImmediate);

	t.is(source.pulled, 0);
	t.is((await loop.next()).done, false);
	t.is(source.pulled, 1);
});

test.serial('a loop that takes its time holds up the pulling, and not the work that is in flight', async (t) => {
	const source = watch(makeTenants(makeDirectory(t), 20));
	const manager = makeManager(t, {maxThreads: 2});
	const loop = manager.backupAll(source, {concurrency: 6});
	await loop.next();

	// The one that was taken made room for one more.
	await until(() => manager.stats.completed === 7);
	await turns();

	t.is(source.pulled, 7);
	t.deepEqual(manager.jobs, []);
	t.is((await collect(loop)).outcomes.length, 19);
});

test.serial('a loop that takes its time holds up requests that are refused at once', async (t) => {
	const source = watch(Array.from({length: 20}, () => ({source: '', target: ''})));
	const loop = makeManager(t).backupAll(source, {concurrency: 6});
	await loop.next();

	await turns(40);

	t.is(source.pulled, 7);
	t.is((await collect(loop)).outcomes.length, 19);
});

test.serial('what the iterable throws comes out of the loop, after the outcomes of all that was pulled', async (t) => {
	const thrown = new Error('no more');
	const requests = makeTenants(makeDirectory(t), 3);
	const manager = makeManager(t, {maxThreads: 1});
	const source = watch(requests, () => Promise.reject(thrown));

	const {outcomes, error} = await collect(manager.backupAll(source));

	t.is(error, thrown);
	t.deepEqual(
		outcomes.map(({status}) => status),
		['fulfilled', 'fulfilled', 'fulfilled'],
	);
	t.is(source.returned, 0, 'an iterator that has thrown is at its end');
});

test.serial('what the iterable throws instead of an iterator comes out of the loop', async (t) => {
	const thrown = new Error('none at all');
	const source: Iterable<BackupAllRequest> = {
		[Symbol.iterator]() {
			throw thrown;
		},
	};
	t.deepEqual(await collect(makeManager(t).backupAll(source)), {outcomes: [], error: thrown});
});

test.serial('a manager that is closed pulls nothing', async (t) => {
	const source = watch(makeTenants(makeDirectory(t), 1));
	const manager = makeManager(t);
	await manager.close();

	const {outcomes, error} = await collect(manager.backupAll(source));

	t.deepEqual(outcomes, []);
	t.true(error instanceof BackupError);
	t.like(error, {code: 'ERR_BACKUP_CLOSED'});
	t.is(source.pulled, 0);
});

for (const force of [false, true]) {
	test.serial(`a manager that is closed in the middle, force: ${String(force)}`, async (t) => {
		const directory = makeDirectory(t);
		const gate = await makeGate(t, directory);
		const requests = makeTenants(directory, 20).map((request) => ({...request, source: gate.source}));
		const source = watch(requests);
		const manager = makeManager(t, {maxThreads: 1});

		const collecting = collect(manager.backupAll(source));
		await until(() => manager.jobs.length === 2);
		const closed = manager.close({force});
		if (!force) await gate.open();
		const {outcomes, error} = await collecting;
		await closed;

		t.like(error, {code: 'ERR_BACKUP_CLOSED'});
		t.is(source.returned, 1);
		t.deepEqual(
			outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).name : outcome.status)),
			force ? ['AbortError', 'AbortError'] : ['fulfilled', 'fulfilled'],
		);
		t.is(source.pulled, 2);
	});
}

for (const [requests, options, kind, says] of [
	[[], {concurrency: 0}, RangeError, /"concurrency" must be an integer >= 1, but got 0/],
	[[], {concurrency: 1.5}, RangeError, /"concurrency" must be an integer >= 1, but got 1.5/],
	[[], {concurrency: Infinity}, RangeError, /"concurrency"/],
	[[], {concurrency: '2'}, TypeError, /"concurrency" must be an integer/],
	[[], {concurency: 2}, TypeError, /Unknown backupAll option "concurency". Did you mean "concurrency"\?/],
	[[], {signal: {}}, TypeError, /"signal" must be an AbortSignal/],
	[[], null, TypeError, /options to be an object, but got null/],
	[undefined, {}, TypeError, /requests to be an iterable.*got undefined/],
	[{source: 'a', target: 'b'}, {}, TypeError, /requests to be an iterable/],
	['app.db', {}, TypeError, /requests to be an iterable.*got 'app.db'/],
] as const) {
	test.serial(`refused at once: ${JSON.stringify([requests, options])}`, (t) => {
		const manager = makeManager(t);
		const error = t.throws(
			() => manager.backupAll(requests as unknown as BackupAllRequest[], options as unknown as BackupAllOptions),
			{instanceOf: kind},
		);
		t.regex(error.message, says);
	});
}
