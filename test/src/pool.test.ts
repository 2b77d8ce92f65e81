/** Threads that die or cannot load. An unhandled rejection or a crash would fail these tests as well. */
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, type BackupOptions, type ManagerOptions} from '../../src/index.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {prepareSabotage, type Sabotage} from '../helpers/sabotage.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

const OLD = 1;
const NEW = 2;

interface Scene {
	readonly sabotage: Sabotage;
	readonly manager: BackupManager;
	readonly source: string;
	readonly target: string;
	/** A target in the same directory. */
	readonly other: string;
	/** What is in the directory of the targets. */
	readonly files: () => string[];
}

/** A source and an existing target; the threads obey orders, of which none is given yet unless `harm` says so. */
function setUp(t: ExecutionContext, options: ManagerOptions, harm?: string): Scene {
	const directory = makeDirectory(t);
	const backups = join(directory, 'backups');
	mkdirSync(backups);
	const source = join(directory, 'app.db');
	const target = join(backups, 'app.db');
	makeTagged(source, NEW, {accounts: 3000});
	makeTagged(target, OLD);
	const sabotage = prepareSabotage(directory);
	if (harm !== undefined) sabotage.order(harm);
	const manager = new BackupManager({...sabotage.options, ...options});
	t.teardown(() => manager.destroy());
	return {sabotage, manager, source, target, other: join(backups, 'other.db'), files: () => listDirectory(backups)};
}

async function assertWorkerError(t: ExecutionContext, job: Promise<unknown>): Promise<BackupError> {
	const error = await t.throwsAsync<BackupError>(job, {instanceOf: BackupError});
	t.is(error.code, 'ERR_BACKUP_WORKER');
	t.is(typeof error.jobId, 'string');
	return error;
}

/** Gives the order once the copy is under way, and leaves the thread the time to obey. */
function whenUnderWay({sabotage}: Scene, harm: string): BackupOptions {
	let calls = 0;
	return {
		pages: 1,
		snapshot: 'none',
		progress: () => {
			if (calls++ === 0) sabotage.order(harm);
			dawdle();
		},
	};
}

function dawdle(): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

const HARMS = {
	exit: 'worker exited with code: 3',
	'exit as if well': 'worker exited with code: 0',
	throw: 'sabotage',
	reject: 'sabotage',
	memory: 'memory',
};

for (const [index, [harm, says]] of Object.entries(HARMS).entries()) {
	const existing = index % 2 === 0 ? 'replace' : 'overwrite';
	test.serial(`a thread dies in the middle of a job: ${harm}, existing '${existing}'`, async (t) => {
		const scene = setUp(t, {maxThreads: 1});
		const {manager, sabotage, source, target, files} = scene;

		const job = manager.backup(source, target, {...whenUnderWay(scene, harm), existing});

		const error = await assertWorkerError(t, job);
		t.true(error.message.includes(says), error.message);
		t.deepEqual(files(), ['app.db']);
		t.deepEqual(stateOf(target), tagged(OLD));
		t.deepEqual(manager.jobs, []);
		sabotage.stop();
		await manager.backup(source, target, {existing});
		t.deepEqual(stateOf(target), tagged(NEW, 3000));
		t.deepEqual(files(), ['app.db']);
	});
}

test.serial('a thread that dies takes no other job with it', async (t) => {
	const {manager, sabotage, source, target, other} = setUp(t, {maxThreads: 2});
	const underWay = new Set<string>();

	const jobs = [target, other].map((each) =>
		manager.backup(source, each, {
			pages: 1,
			snapshot: 'none',
			progress: () => {
				if (underWay.size < 2 && underWay.add(each).size === 2) sabotage.order('once: exit');
				dawdle();
			},
		}),
	);

	const outcomes = await Promise.allSettled(jobs);
	t.deepEqual(outcomes.map(({status}) => status).sort(), ['fulfilled', 'rejected']);
	await assertWorkerError(t, Promise.all(jobs));
});

const LOAD_HARMS = {
	'load: throw': 'sabotage',
	'load: exit': 'No worker thread could be started',
	'load: exit as if well': 'No worker thread could be started',
	'load: no better-sqlite3': "Cannot find package 'better-sqlite3'",
};

for (const minThreads of [0, 1]) {
	for (const [harm, says] of Object.entries(LOAD_HARMS)) {
		test.serial(`a thread that cannot load: ${harm}, minThreads ${String(minThreads)}`, async (t) => {
			const {manager, sabotage, source, target, other, files} = setUp(t, {minThreads, maxThreads: 2}, harm);

			// More than there are threads, so that some are queued meanwhile.
			const jobs = [target, other, `${other}-2`].map((each) => manager.backup(source, each));
			for (const job of jobs) job.catch(() => undefined);

			for (const job of jobs) {
				const error = await assertWorkerError(t, job);
				t.true(error.message.includes(says), error.message);
			}

			// Not only the first time.
			await assertWorkerError(t, manager.backup(source, target));
			t.deepEqual(files(), ['app.db']);
			t.deepEqual(stateOf(target), tagged(OLD));
			sabotage.stop();
			await Promise.all([manager.backup(source, target), manager.backup(source, other)]);
			t.deepEqual(stateOf(target), tagged(NEW, 3000));
		});
	}

	for (const execArgv of [
		['--import=tsx', '--import', 'file:///no/such/preload.js'],
		['--import', 'no-such-package'],
	]) {
		test.serial(`threads with execArgv ${JSON.stringify(execArgv)}, minThreads ${String(minThreads)}`, async (t) => {
			const {manager, source, target, files} = setUp(t, {minThreads, execArgv});

			await assertWorkerError(t, manager.backup(source, target));
			await assertWorkerError(t, manager.backup(source, target));

			t.deepEqual(files(), ['app.db']);
			await t.notThrowsAsync(manager.close());
		});
	}
}

test.serial('an execArgv that Node.js refuses before it starts a thread', async (t) => {
	const execArgv = ['--no-such-option'];
	const {manager, source, target, files} = setUp(t, {execArgv});

	const error = await assertWorkerError(t, manager.backup(source, target));
	t.regex(error.message, /--no-such-option/);

	t.deepEqual(files(), ['app.db']);
	// Where a task that Piscina has forgotten about would be an unhandled rejection.
	await t.notThrowsAsync(manager.close());
	// With a thread from the beginning it is told of at the beginning.
	t.throws(() => new BackupManager({minThreads: 1, execArgv}), {code: 'ERR_WORKER_INVALID_EXEC_ARGV'});
});

test.serial('a job whose thread cannot load can be aborted, and closing ends', async (t) => {
	const {manager, source, target} = setUp(t, {}, 'load: throw');
	const controller = new AbortController();
	const job = manager.backup(source, target, {signal: controller.signal});
	await until(() => manager.jobs[0]?.state === 'active');

	controller.abort('enough');

	await t.throwsAsync(job, {name: 'AbortError'});
	await t.notThrowsAsync(manager.close());
});

test.serial('a manager is closed while its threads cannot load', async (t) => {
	const {manager, source, target} = setUp(t, {}, 'load: throw');
	const job = manager.backup(source, target);

	const [, outcome] = await Promise.allSettled([manager.close(), job]);

	t.is(outcome.status, 'rejected');
});
