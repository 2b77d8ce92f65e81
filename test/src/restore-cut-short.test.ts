/** Restores that are cut short while the target is locked and kept: it is what it was, and so is the older safety copy. */
import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {AbortError, BackupError, BackupManager, SQLITE_DONE, type RestoreOptions} from '../../src/index.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {findChecks} from '../helpers/processes.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

const OLD = 1;
const NEW = 2;
const OLDER = 3;
const ROWS = 3000;

/** One at a time: the children are those of this whole process. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

function signalChildren(signal: NodeJS.Signals): void {
	for (const pid of findChecks(process.pid)) {
		try {
			process.kill(pid, signal);
		} catch {
			// It has ended since.
		}
	}
}

interface Scene {
	readonly manager: BackupManager;
	readonly backup: string;
	readonly target: string;
	readonly safetyCopy: string;
	/** Whether the safety copy is being made. */
	readonly keeping: () => boolean;
}

/** A target that is large enough to be kept by a process in either mode. */
function setUp(t: ExecutionContext, wal: boolean): Scene {
	const directory = makeDirectory(t);
	const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
	const aside = join(directory, 'aside');
	const safetyCopy = join(aside, 'before.db');
	mkdirSync(aside);
	makeTagged(backup, NEW);
	makeTagged(target, OLD, {wal, accounts: ROWS, filler: 10_000});
	makeTagged(safetyCopy, OLDER);
	const manager = new BackupManager({maxThreads: 1});
	t.teardown(() => manager.destroy());
	return {
		manager,
		backup,
		target,
		safetyCopy,
		keeping: () => readdirSync(aside).some((name) => name.startsWith('.hotcopy-')),
	};
}

/** The target is what it was, can be written at once, and nothing is left of the attempt. */
async function assertUntouched(t: ExecutionContext, {manager, target, safetyCopy}: Scene): Promise<void> {
	await manager.close();
	const live = new Database(target, {timeout: 0});
	live.exec(`UPDATE account SET balance = ${String(OLD)} WHERE id = 1`);
	t.deepEqual(live.prepare(STATE_SQL).get(), {tag: OLD, mixed: 0, rows: ROWS});
	live.close();
	t.deepEqual(stateOf(safetyCopy), tagged(OLDER));
	t.deepEqual(listDirectory(join(safetyCopy, '..')), ['before.db']);
	t.false(existsSync(`${target}-journal`));
}

interface Outcome {
	readonly scene: Scene;
	/** Undefined if it was fulfilled. */
	readonly reason: unknown;
}

/**
 * What becomes of a restore to which something happens while its target is kept. The process that is to do that has been
 * stopped before, so that there is time enough.
 */
async function cut(
	t: ExecutionContext,
	wal: boolean,
	act: (scene: Scene) => void,
	options?: RestoreOptions,
): Promise<Outcome> {
	const scene = setUp(t, wal);
	const {manager, backup, target, safetyCopy, keeping} = scene;
	let over = false;
	const outcome = manager
		.restore(backup, target, {
			safetyCopy,
			progress: (status) => {
				if (status === SQLITE_DONE) signalChildren('SIGSTOP');
			},
			...options,
		})
		.then(
			() => undefined,
			(error: unknown) => error,
		)
		.finally(() => {
			over = true;
		});

	await until(() => over || keeping());
	t.false(over, 'the safety copy was made by no process');
	act(scene);
	return {scene, reason: await outcome};
}

for (const wal of [false, true]) {
	const mode = wal ? 'WAL' : 'rollback';

	onLinux(`aborted while the target is kept: ${mode}`, async (t) => {
		const controller = new AbortController();
		const abort = (): void => {
			controller.abort('enough');
		};

		const {scene, reason} = await cut(t, wal, abort, {signal: controller.signal});

		t.true(reason instanceof AbortError);
		t.like(reason, {cause: 'enough'});
		await assertUntouched(t, scene);
	});

	onLinux(`destroyed while the target is kept: ${mode}`, async (t) => {
		const {scene, reason} = await cut(t, wal, ({manager}) => void manager.destroy());

		t.true(reason instanceof AbortError);
		await assertUntouched(t, scene);
	});
}

for (const wal of [false, true]) {
	onLinux(
		`the process that keeps the target is killed, and another one does it: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			const {scene, reason} = await cut(t, wal, () => {
				signalChildren('SIGKILL');
			});

			t.is(reason, undefined);
			t.deepEqual(stateOf(scene.target), tagged(NEW));
			t.deepEqual(stateOf(scene.safetyCopy), tagged(OLD, ROWS));
			t.deepEqual(listDirectory(join(scene.safetyCopy, '..')), ['before.db']);
		},
	);
}

onLinux('whatever process is to keep the target is killed', async (t) => {
	const {scene, reason} = await cut(t, false, () => {
		const killing = setInterval(signalChildren, 1, 'SIGKILL');
		t.teardown(() => {
			clearInterval(killing);
		});
	});

	t.true(reason instanceof BackupError);
	t.like(reason, {code: 'ERR_BACKUP_WORKER'});
	t.regex((reason as BackupError).message, /Nothing was changed/);
	await assertUntouched(t, scene);
});
