import {existsSync, mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, SQLITE_BUSY, type ManagerOptions} from '../../src/index.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {makeGate, type Gate} from '../helpers/gate.js';
import {makeTagged, stateOf} from '../helpers/tagged.js';
import {logThreads} from '../helpers/threads.js';
import {until} from '../helpers/until.js';

interface Scene {
	readonly directory: string;
	readonly gate: Gate;
	readonly source: string;
	readonly manager: BackupManager;
	/** The names of the targets of the jobs that have begun, in that order. */
	readonly begun: string[];
	readonly path: (name: string) => string;
}

async function setUp(t: ExecutionContext, options: ManagerOptions = {}): Promise<Scene> {
	const directory = makeDirectory(t);
	const path = (name: string): string => join(directory, name);
	const gate = await makeGate(t, directory);
	const source = path('app.db');
	makeAccounts(source).close();
	const manager = new BackupManager({...options, defaults: {sleep: 0.005, ...options.defaults}});
	t.teardown(() => manager.destroy());
	const begun: string[] = [];
	manager.on('active', ({job}) => begun.push(job.target.slice(directory.length + 1)));
	return {directory, gate, source, manager, begun, path};
}

/** Starts a job that goes on only when the gate is opened. */
async function hold({manager, gate, path, begun}: Scene): Promise<Promise<unknown>[]> {
	const held = manager.backup(gate.source, path('held'));
	await until(() => begun.length === 1);
	return [held];
}

test.serial('higher priorities run first, equal ones in the order they came', async (t) => {
	const scene = await setUp(t, {maxThreads: 1});
	const {manager, source, path, begun, gate} = scene;
	const all = await hold(scene);
	const priorities = [0, 5, -1, 5, 0, 0, 7];
	for (const [index, priority] of priorities.entries()) {
		all.push(manager.backup(source, path(String(index)), {priority}));
	}

	// Each is in its place in the queue once its target was looked at, which takes a long time with this one.
	await t.throwsAsync(manager.backup(source, linkTo(scene, 'missing/copy.db')), {
		code: 'ERR_BACKUP_TARGET',
	});
	await gate.open();
	await Promise.all(all);

	t.deepEqual(begun, ['held', '6', '1', '3', '0', '4', '5', '2']);
});

/** A chain of links to a file that need not exist: the longest way round to a target. */
function linkTo({path}: Scene, file: string): string {
	let last = path(file);
	for (let link = 0; link < 20; link++) {
		const next = path(`link ${String(link)}`);
		symlinkSync(last, next);
		last = next;
	}

	return last;
}

test.serial('jobs that are begun in one tick run in the order they came', async (t) => {
	const scene = await setUp(t, {maxThreads: 1});
	const {manager, source, path, gate, begun} = scene;
	const all = await hold(scene);
	// Links take long to follow: what comes first must not be overtaken for that.
	all.push(manager.backup(source, linkTo(scene, 'first')));
	for (const name of ['second', 'third', 'fourth']) all.push(manager.backup(source, path(name)));

	await gate.open();
	await Promise.all(all);

	t.deepEqual(begun, ['held', 'first', 'second', 'third', 'fourth']);
});

test.serial('no more than maxThreads jobs are active, on as many threads', async (t) => {
	const log = logThreads(makeDirectory(t));
	const {manager, gate, path} = await setUp(t, {...log.options, maxThreads: 3});
	let most = 0;
	const count = (): number => manager.jobs.filter(({state}) => state === 'active').length;
	manager.on('active', () => {
		most = Math.max(most, count());
	});
	const all = Array.from({length: 9}, (_, index) => manager.backup(gate.source, path(String(index))));
	await until(() => count() === 3);

	t.deepEqual(manager.jobs.map(({state}) => state).sort(), [
		'active',
		'active',
		'active',
		...new Array<string>(6).fill('queued'),
	]);
	await gate.open();
	await Promise.all(all);

	t.is(most, 3);
	t.is(log.started, 3);
	t.deepEqual(manager.jobs, []);
});

test.serial('the list of jobs says where each one stands', async (t) => {
	const scene = await setUp(t, {maxThreads: 1});
	const {manager, source, gate, path} = scene;
	const all = await hold(scene);
	all.push(manager.backup(source, path('next'), {priority: 3}));
	await until(() => (manager.jobs[0]?.busyRetries ?? 0) > 0);

	const [active, queued] = manager.jobs;
	t.like(active, {source: gate.source, target: path('held'), state: 'active', priority: 0, remaining: 0, total: 0});
	t.like(queued, {source, target: path('next'), state: 'queued', priority: 3, restarts: 0, busyRetries: 0});
	t.not(active?.id, queued?.id);
	t.true(Object.isFrozen(active));
	await gate.open();
	const [first] = (await Promise.all(all)) as [{jobId: string}];
	t.is(first.jobId, active?.id ?? '');
});

test.serial('the defaults of a manager are those of its jobs, which override them', async (t) => {
	const {manager, source, path} = await setUp(t, {defaults: {pages: 1, existing: 'fail'}});
	let calls = 0;
	const progress = (status: number): void => {
		if (status !== SQLITE_BUSY) calls++;
	};

	const {pages} = await manager.backup(source, path('copy'), {progress});
	t.is(calls, pages);
	await t.throwsAsync(manager.backup(source, path('copy')), {code: 'ERR_BACKUP_TARGET_EXISTS'});

	calls = 0;
	await manager.backup(source, path('copy'), {progress, pages: 0, existing: 'replace'});
	t.is(calls, 1);
	await t.throwsAsync(manager.backup(source, path('copy'), {existing: undefined}), {code: 'ERR_BACKUP_TARGET_EXISTS'});
});

const ALIASES: Readonly<Record<string, (directory: string, target: string) => string>> = {
	'the same name': (_directory, target) => target,
	'a link to the file': (directory, target) => {
		symlinkSync(target, join(directory, 'alias'));
		return join(directory, 'alias');
	},
	'a link to the directory': (directory, target) => {
		symlinkSync(join(target, '..'), join(directory, 'other'));
		return join(directory, 'other', 'copy.db');
	},
};

for (const [what, aliasOf] of Object.entries(ALIASES)) {
	test.serial(`two jobs to one target run one after another: ${what}`, async (t) => {
		const {manager, directory, gate, source, path, begun} = await setUp(t, {maxThreads: 4});
		const second = path('second.db');
		makeTagged(second, 2);
		mkdirSync(path('backups'));
		const target = path('backups/copy.db');
		const alias = aliasOf(directory, target);

		const earlier = manager.backup(gate.source, target);
		await until(() => begun.length === 1);
		const later = manager.backup(second, alias);
		// There are threads for it, as this one shows, but its target is taken.
		await manager.backup(source, path('elsewhere'));
		t.deepEqual(
			manager.jobs.map(({state}) => state),
			['active', 'queued'],
		);
		t.false(existsSync(target));
		await gate.open();

		t.is((await earlier).target, target);
		t.is((await later).target, target);
		t.is(stateOf(target).tag, 2);
		t.deepEqual(begun, ['backups/copy.db', 'elsewhere', 'backups/copy.db']);
	});
}

test.serial('many jobs to one target all end well', async (t) => {
	const {manager, source, path} = await setUp(t, {maxThreads: 4});

	await Promise.all(
		Array.from({length: 20}, (_, index) =>
			manager.backup(source, path('copy.db'), {existing: index % 2 === 0 ? 'replace' : 'overwrite'}),
		),
	);

	t.deepEqual(healthOf(path('copy.db')), healthy());
});

test.serial('of two jobs to one target, the one that came later has the last word', async (t) => {
	const scene = await setUp(t, {maxThreads: 1});
	const {manager, path} = scene;
	makeTagged(path('one.db'), 1);
	makeTagged(path('two.db'), 2);

	const first = manager.backup(path('one.db'), linkTo(scene, 'copy.db'));
	const second = manager.backup(path('two.db'), path('copy.db'));
	await Promise.all([first, second]);

	t.is(stateOf(path('copy.db')).tag, 2);
});
