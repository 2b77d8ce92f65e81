import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type BackupOptions, type ManagerOptions} from '../../../src/index.js';
import {makeEndless, makeSound} from '../../helpers/broken.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {findChecks, until} from '../../helpers/processes.js';

/** /proc is what shows a process and its end. */
const onLinux = process.platform === 'linux' ? test : test.skip;

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

		const failure = t.throwsAsync(
			manager.backup(source, target, {verify: 'full', signal: controller.signal, ...options}),
		);
		await until('a child checks', () => findChecks(directory).length === 1);
		act?.(manager, controller);
		const {name: errorName, code} = (await failure) as NodeJS.ErrnoException;

		t.deepEqual({name: errorName, code}, expected);
		await until('the child is gone', () => findChecks(directory).length === 0);
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
	const failure = t.throwsAsync(manager.backup(source, target, {verify: 'full', signal: controller.signal}), {
		name: 'AbortError',
	});
	const next = manager.backup(target, join(directory, 'next.db'), {verify: 'full'});
	await until('a child checks', () => findChecks(directory).length === 1);
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
	await until('a child checks', () => findChecks(directory).length === 1);
	const [child = 0] = findChecks(directory);
	// A stopped process cannot see that its parent is gone: if it ends, it was killed.
	process.kill(child, 'SIGSTOP');
	t.teardown(() => {
		if (findChecks(directory).includes(child)) process.kill(child, 'SIGKILL');
	});
	writeFileSync(request, '');
	await failure;

	await until('the child is gone', () => findChecks(directory).length === 0);
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db', 'die']);
	t.deepEqual(fingerprint(target), old);
});

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
