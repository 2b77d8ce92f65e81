import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type BackupOptions, type ManagerOptions} from '../../../src/index.js';
import {makeEndless, makeSound} from '../../helpers/broken.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {findChecks, stillRunning, until} from '../../helpers/processes.js';

/** /proc is what shows a process and its end. One after another, so that each child is that of its test. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

/** Long enough for a child to be seen, once the thread is there. */
const TIMEOUT = 5000;

interface Stop {
	readonly options?: BackupOptions;
	readonly manager?: ManagerOptions;
	/** What is done while the child checks; nothing where the job ends by itself. */
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

for (const [name, {options, manager: managerOptions, act, error: expected}] of Object.entries(STOPS)) {
	onLinux(`${name} while a child checks an endless database`, async (t) => {
		const {directory, source, target, old} = setUp(t);
		const controller = new AbortController();
		const manager = new BackupManager({maxThreads: 1, ...managerOptions});
		// The thread is there now.
		await manager.backup(target, join(directory, 'other.db'));

		const {signal} = controller;
		const failure = t.throwsAsync(manager.backup(source, target, {verify: 'full', signal, ...options}));
		const checks = await untilChecked();
		act?.(manager, controller);
		const {name: errorName, code} = (await failure) as NodeJS.ErrnoException;

		t.deepEqual({name: errorName, code}, expected);
		await until('the child is gone', () => stillRunning(checks).length === 0);
		await until('the staging file is gone', () => listDirectory(directory).length === 3);
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db', 'other.db']);
		t.deepEqual(fingerprint(target), old);
		await manager.close();
	});
}

onLinux('the thread goes on with the next job after an abort', async (t) => {
	const {directory, source, target} = setUp(t);
	await using manager = new BackupManager({maxThreads: 1});
	const controller = new AbortController();
	const {signal} = controller;
	const failure = t.throwsAsync(manager.backup(source, target, {verify: 'full', signal}), {name: 'AbortError'});
	const next = manager.backup(target, join(directory, 'next.db'), {verify: 'full'});
	await untilChecked();
	controller.abort();
	await failure;
	t.is((await next).verified, 'full');
});

onLinux('a worker that dies has its child killed by the manager', async (t) => {
	const {directory, source, target, old} = setUp(t);
	const preload = new URL('../../fixtures/preload-die-on-request.ts', import.meta.url).href;
	const request = join(directory, 'die');
	await using manager = new BackupManager({
		maxThreads: 1,
		execArgv: [...process.execArgv, `--import=${preload}`],
		env: {...process.env, DIE_ON: request},
	});

	const failure = t.throwsAsync(manager.backup(source, target, {verify: 'full'}), {code: 'ERR_BACKUP_WORKER'});
	const checks = await untilChecked();
	// A stopped process cannot see that its parent is gone: if it ends, it was killed.
	for (const pid of checks) process.kill(pid, 'SIGSTOP');
	t.teardown(() => {
		for (const pid of stillRunning(checks)) process.kill(pid, 'SIGKILL');
	});
	writeFileSync(request, '');
	await failure;

	await until('the child is gone', () => stillRunning(checks).length === 0);
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db', 'die']);
	t.deepEqual(fingerprint(target), old);
});

/** The child of the one job that runs. */
async function untilChecked(): Promise<number[]> {
	await until('a child checks', () => findChecks(process.pid).length === 1);
	return findChecks(process.pid);
}

interface Scene {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
	readonly old: Record<string, string>;
}

function setUp(t: ExecutionContext): Scene {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	makeEndless(source, 'large');
	makeSound(target, 'small');
	return {directory, source, target, old: fingerprint(target)};
}
