import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type BackupOptions, type ManagerOptions} from '../../src/index.js';
import {makeBadIndex, makeEndless, makeSound} from '../helpers/broken.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {holdChild} from '../helpers/held-child.js';
import {prepareHold} from '../helpers/hold.js';
import {preloadChildren} from '../helpers/preload-children.js';
import {findChecks, isZombie, stillRunning, until} from '../helpers/processes.js';
import {preload} from '../helpers/threads.js';

/** /proc is what shows a process and its end. One after another, so that each child is that of its test. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

/** Long enough for a child to be seen, once the thread is there. */
const TIMEOUT = 5000;

/** What a child does without an end. */
interface Work {
	readonly make: (path: string) => void;
	readonly options: BackupOptions;
	/** It has an end, so the child must be stopped before. */
	readonly held?: boolean;
}

const SOUND: Pick<Work, 'make'> = {
	make: (path) => {
		makeSound(path, 'small');
	},
};

const VERIFY: Work = {
	make: (path) => {
		makeEndless(path, 'large');
	},
	options: {strategy: 'pages', verify: 'full'},
};

const WORKS: Readonly<Record<string, Work>> = {
	'checks an endless database': VERIFY,
	'clones, and stands still': {...SOUND, options: {strategy: 'clone'}, held: true},
	'vacuums, and stands still': {...SOUND, options: {strategy: 'vacuum'}, held: true},
};

interface Stop {
	readonly options?: BackupOptions;
	readonly manager?: ManagerOptions;
	/** What is done while the child is at work; nothing where the job ends by itself. */
	readonly act?: (manager: BackupManager, controller: AbortController) => void;
	readonly error: {readonly name: string; readonly code: string};
}

const ABORTED = {name: 'AbortError', code: 'ABORT_ERR'};

const STOPS: Readonly<Record<string, Stop>> = {
	abort: {
		act: (_, controller) => {
			controller.abort(new Error('enough'));
		},
		error: ABORTED,
	},
	timeout: {options: {timeout: TIMEOUT}, error: {name: 'BackupError', code: 'ERR_BACKUP_TIMEOUT'}},
	'destroy()': {act: (manager) => void manager.destroy(), error: ABORTED},
	closeTimeout: {manager: {closeTimeout: 100}, act: (manager) => void manager.close(), error: ABORTED},
};

for (const [what, work] of Object.entries(WORKS)) {
	for (const [name, {options, manager: managerOptions, act, error: expected}] of Object.entries(STOPS)) {
		// It takes its time, and is the same for all.
		if (name === 'timeout' && work !== VERIFY) continue;
		onLinux(`${name} while a child ${what}`, async (t) => {
			const {directory, source, target, old} = setUp(t, work);
			const controller = new AbortController();
			const manager = new BackupManager({maxThreads: 1, ...managerOptions});
			await prepare(t, manager, work);

			const {signal} = controller;
			const failure = t.throwsAsync(manager.backup(source, target, {...work.options, signal, ...options}));
			const children = await untilAtWork(directory);
			act?.(manager, controller);
			const {name: errorName, code} = (await failure) as NodeJS.ErrnoException;

			t.deepEqual({name: errorName, code}, expected);
			await until('the child is gone', () => stillRunning(children).length === 0);
			await until('the staging file is gone', () => listDirectory(directory).length === 2);
			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
			t.deepEqual(fingerprint(target), old);
			await manager.close();
		});
	}

	onLinux(`the thread goes on with the next job after an abort while its child ${what}`, async (t) => {
		const {directory, source, target} = setUp(t, work);
		await using manager = new BackupManager({maxThreads: 1});
		await prepare(t, manager, work);
		const controller = new AbortController();
		const {signal} = controller;
		const failure = t.throwsAsync(manager.backup(source, target, {...work.options, signal}), {name: 'AbortError'});
		const next = manager.backup(target, join(directory, 'next.db'), {strategy: 'clone', verify: 'full'});
		await untilAtWork(directory);
		controller.abort();
		await failure;
		t.like(await next, {strategy: 'clone', verified: 'full'});
	});

	onLinux(`a worker that dies while its child ${what} has that killed by the manager`, async (t) => {
		const {directory, source, target, old} = setUp(t, work);
		const request = join(makeDirectory(t), 'die');
		await using manager = new BackupManager({
			maxThreads: 1,
			execArgv: [...process.execArgv, ...preload('preload-die-on-request.ts')],
			env: {...process.env, DIE_ON: request},
		});
		await prepare(t, manager, work);

		const failure = t.throwsAsync(manager.backup(source, target, work.options), {code: 'ERR_BACKUP_WORKER'});
		const children = await untilAtWork(directory);
		// A stopped process cannot see that its parent is gone: if it ends, it was killed.
		for (const pid of children) process.kill(pid, 'SIGSTOP');
		t.teardown(() => {
			for (const pid of stillRunning(children)) process.kill(pid, 'SIGKILL');
		});
		writeFileSync(request, '');
		await failure;

		await until('the child is gone', () => stillRunning(children).length === 0);
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		t.deepEqual(fingerprint(target), old);
	});
}

onLinux(
	'a job whose worker stands still has its child killed by the manager, so that it makes no more files',
	async (t) => {
		const work: Work = {...SOUND, options: {strategy: 'clone'}, held: true};
		const {directory, source, target, old} = setUp(t, work);
		const request = join(makeDirectory(t), 'stall');
		await using manager = new BackupManager({
			maxThreads: 1,
			execArgv: [...process.execArgv, ...preload('preload-stall-on-request.ts')],
			env: {...process.env, STALL_ON: request},
		});
		await prepare(t, manager, work);
		const controller = new AbortController();
		const {signal} = controller;
		const failure = t.throwsAsync(manager.backup(source, target, {...work.options, signal}), {name: 'AbortError'});
		const children = await untilAtWork(directory);
		writeFileSync(request, '');
		t.teardown(() => {
			rmSync(request, {force: true});
		});
		await until('the worker stands still', () => existsSync(`${request}.stalled`));

		controller.abort();
		await failure;

		await until('the child is gone', () => stillRunning(children).length === 0);
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		t.deepEqual(fingerprint(target), old);
		// Else the thread would be held up as long as the manager waits for it.
		rmSync(request);
	},
);

onLinux('one child does all that a thread has to do, and ends with it', async (t) => {
	const {source, target} = setUp(t, SOUND);
	const manager = new BackupManager({maxThreads: 1});
	const tasks: readonly BackupOptions[] = [
		{strategy: 'clone'},
		{strategy: 'vacuum'},
		{strategy: 'serialize', verify: 'quick'},
		{strategy: 'clone', verify: 'full'},
	];
	const seen = new Set<number>();

	for (const options of tasks) {
		t.like(await manager.backup(source, target, options), {strategy: options.strategy});
		for (const pid of findChecks(process.pid)) seen.add(pid);
	}

	t.is(seen.size, 1);
	await manager.close();
	await until('the child is gone', () => stillRunning([...seen]).length === 0);
});

onLinux('a child ends with its thread, when that was idle for long enough', async (t) => {
	const {source, target} = setUp(t, SOUND);
	await using manager = new BackupManager({maxThreads: 1, idleTimeout: 1000});
	await manager.backup(source, target, {strategy: 'clone'});

	await until('no child is left', () => findChecks(process.pid).length === 0);

	t.is((await manager.backup(source, target, {strategy: 'clone'})).strategy, 'clone');
});

/** How a manager comes to end threads that have a child. */
const ENDS: Readonly<Record<string, ManagerOptions>> = {
	'is idle': {idleTimeout: 2000},
	'is idle, and is not kept': {idleTimeout: 200},
	'waits without an event loop': {atomics: 'sync'},
	'is closed': {idleTimeout: Infinity},
};

for (const [how, options] of Object.entries(ENDS)) {
	onLinux(`nothing is left of a child whose thread ${how}, not even an entry in the table of processes`, async (t) => {
		const {source, target} = setUp(t, SOUND);
		const manager = new BackupManager({maxThreads: 1, ...options});
		const seen = new Set<number>();
		// By the callback, which the thread waits for before it lets go of the child. An event may come too late.
		const progress = (): void => {
			for (const pid of findChecks(process.pid)) seen.add(pid);
		};
		await manager.backup(source, target, {strategy: 'clone', progress});
		if (how === 'is closed') await manager.close();
		await until('no child is left', () => findChecks(process.pid).length === 0);
		t.is(seen.size, 1);
		// By its end the thread would have left it to nobody.
		await manager.close();
		t.deepEqual([...seen].filter(isZombie), []);
	});
}

onLinux('a name with characters that end a line crosses to the child and back', async (t) => {
	const directory = join(makeDirectory(t), 'line\u2028and\u2029end');
	mkdirSync(directory);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	makeSound(source, 'small');
	await using manager = new BackupManager({maxThreads: 1});
	t.like(await manager.backup(source, target, {strategy: 'clone', verify: 'full'}), {
		strategy: 'clone',
		verified: 'full',
	});

	const bad = join(directory, 'bad.db');
	makeBadIndex(bad, 'small', 'an\u2028index');
	const error = await t.throwsAsync(manager.backup(bad, target, {verify: 'full'}), {code: 'ERR_BACKUP_VERIFY'});
	t.regex(error.message, /an\u2028index/);
});

for (const strategy of ['clone', 'vacuum'] as const) {
	onLinux(`a child that died between two jobs is replaced: ${strategy}`, async (t) => {
		const {source, target} = setUp(t, SOUND);
		await using manager = new BackupManager({maxThreads: 1});
		const {pid} = await holdChild(t, manager);
		process.kill(pid, 'SIGKILL');
		await until('the child is gone', () => stillRunning([pid]).length === 0);

		t.is((await manager.backup(source, target, {strategy})).strategy, strategy);

		t.is(findChecks(process.pid).length, 1);
	});

	onLinux(`a child that was kept and dies before it has begun is replaced: ${strategy}`, async (t) => {
		const {directory, source, target} = setUp(t, SOUND);
		await using manager = new BackupManager({maxThreads: 1});
		const {pid} = await holdChild(t, manager);

		const copying = manager.backup(source, target, {strategy});
		await untilAtWork(directory);
		process.kill(pid, 'SIGKILL');

		t.is((await copying).strategy, strategy);
	});
}

onLinux('where a second child dies of the task as well, that gives way to pages', async (t) => {
	const {directory, source, target} = setUp(t, SOUND);
	const orders = makeDirectory(t);
	const hold = prepareHold(orders);
	const options = preloadChildren(orders, 'preload-hold.ts', hold.env);
	await using manager = new BackupManager({maxThreads: 1, ...options});
	hold.set({at: 'open app.db'});
	const copying = manager.backup(source, target, {strategy: 'clone'});
	const killed = new Set<number>();

	for (let time = 0; time < 2; time++) {
		await hold.reached(copying);
		const [pid = 0] = findChecks(process.pid).filter((child) => !killed.has(child));
		process.kill(pid, 'SIGSEGV');
		killed.add(pid);
		// For the next one, which takes longer to start.
		hold.set({at: 'open app.db'});
	}

	t.is(killed.size, 2);
	t.is((await copying).strategy, 'pages');
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
});

/** Starts the thread, so that what comes then is not about that. */
async function prepare(t: ExecutionContext, manager: BackupManager, {held = false}: Work): Promise<void> {
	if (held) {
		await holdChild(t, manager);
		return;
	}

	const {source, target} = setUp(t, SOUND);
	await manager.backup(source, target, {strategy: 'pages'});
}

/** The child of the one job that runs, once that has begun to copy. */
async function untilAtWork(directory: string): Promise<number[]> {
	await until('a child is at work', () => {
		const copying = listDirectory(directory).some((name) => name.startsWith('.hotcopy-'));
		return copying && findChecks(process.pid).length === 1;
	});
	return findChecks(process.pid);
}

interface Scene {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
	readonly old: Record<string, string>;
}

function setUp(t: ExecutionContext, {make}: Pick<Work, 'make'>): Scene {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	make(source);
	makeSound(target, 'small');
	return {directory, source, target, old: fingerprint(target)};
}
