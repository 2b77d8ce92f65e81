/** Restores that are cut short: whatever is at work then, the target and the safety copy tell of one and the same moment. */
import {existsSync, mkdirSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {AbortError, BackupError, BackupManager, SQLITE_DONE, type RestoreOptions} from '../../src/index.js';
import {abortAfter} from '../helpers/abort-after.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {findChecks} from '../helpers/processes.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

const ROUNDS = 100;
const OLD = 1;
const NEW = 2;
const OLDER = 3;
/** Of the target, which are enough that it takes its time to be kept. */
const ROWS = 9000;

for (const wal of [false, true]) {
	test(`aborted at ${String(ROUNDS)} random moments: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const directory = makeDirectory(t);
		const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
		const safetyCopy = join(directory, 'before.db');
		makeTagged(backup, 0);
		makeTagged(target, 0, {wal, accounts: 1000});
		makeTagged(safetyCopy, -1);
		const source = new Database(backup);
		const live = new Database(target);
		t.teardown(() => {
			source.close();
			live.close();
		});
		const tag = source.prepare('UPDATE account SET balance = ?');
		const state = live.prepare<[], {tag: number; mixed: number}>(STATE_SQL);
		await using manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.001}});
		let expected = {target: 0, kept: -1};
		let typical = 50;
		let tail = 20;
		const ends = {fulfilled: 0, rejected: 0};

		for (let round = 1; round <= ROUNDS; round++) {
			tag.run(round);
			const controller = new AbortController();
			// Half of them anywhere, the others after the last report, when the target is about to be locked, kept and written.
			const anywhere = round % 2 === 0;
			const startedAt = performance.now();
			let doneAt = startedAt;
			const restoring = manager.restore(backup, target, {
				safetyCopy,
				verify: 'quick',
				signal: controller.signal,
				progress: (status) => {
					if (status !== SQLITE_DONE) return;
					doneAt = performance.now();
					if (!anywhere) void abortAfter(controller, Math.random() * tail);
				},
			});
			if (anywhere) void abortAfter(controller, Math.random() * typical * 1.2);

			const [outcome] = await Promise.allSettled([restoring]);

			ends[outcome.status]++;
			if (outcome.status === 'fulfilled') {
				expected = {target: round, kept: expected.target};
				typical = performance.now() - startedAt;
				tail = performance.now() - doneAt;
			} else {
				t.true(outcome.reason instanceof AbortError);
			}

			t.like(state.get(), {tag: expected.target, mixed: 0});
			t.like(stateOf(safetyCopy), {tag: expected.kept, mixed: false, integrity: 'ok'});
		}

		t.log(ends);
		t.true(ends.fulfilled > 5 && ends.rejected > 5);
		await manager.close();
		source.close();
		live.close();
		t.deepEqual(listDirectory(directory), ['app.db', 'backup.db', 'before.db']);
		t.like(stateOf(target), {tag: expected.target, mixed: false, integrity: 'ok'});
	});
}

interface Scene {
	readonly manager: BackupManager;
	readonly backup: string;
	readonly target: string;
	readonly safetyCopy: string;
	/** Whether the safety copy is being made. */
	readonly keeping: () => boolean;
}

/** A target that takes its time to be kept. */
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
		keeping: () =>
			readdirSync(aside).some((name) => name.startsWith('.hotcopy-') && statSync(join(aside, name)).size > 0),
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

/** What becomes of a restore to which something happens while its target is kept. */
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
		.restore(backup, target, {safetyCopy, ...options})
		.then(
			() => undefined,
			(error: unknown) => error,
		)
		.finally(() => {
			over = true;
		});

	await until(() => over || keeping());
	t.false(over, 'the safety copy was made too fast for anything to happen');
	act(scene);
	return {scene, reason: await outcome};
}

for (const wal of [false, true]) {
	const mode = wal ? 'WAL' : 'rollback';

	// One after another: what another test does on this thread would keep it from acting in time.
	test.serial(`aborted while the target is kept: ${mode}`, async (t) => {
		const controller = new AbortController();
		const abort = (): void => {
			controller.abort('enough');
		};

		const {scene, reason} = await cut(t, wal, abort, {signal: controller.signal});

		t.true(reason instanceof AbortError);
		t.like(reason, {cause: 'enough'});
		await assertUntouched(t, scene);
	});

	test.serial(`destroyed while the target is kept: ${mode}`, async (t) => {
		const {scene, reason} = await cut(t, wal, ({manager}) => void manager.destroy());

		t.true(reason instanceof AbortError);
		await assertUntouched(t, scene);
	});
}

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

function killChildren(): void {
	for (const pid of findChecks(process.pid)) process.kill(pid, 'SIGKILL');
}

for (const wal of [false, true]) {
	onLinux(
		`the process that keeps the target is killed, and another one does it: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			const {scene, reason} = await cut(t, wal, killChildren);

			t.is(reason, undefined);
			t.deepEqual(stateOf(scene.target), tagged(NEW));
			t.deepEqual(stateOf(scene.safetyCopy), tagged(OLD, ROWS));
			t.deepEqual(listDirectory(join(scene.safetyCopy, '..')), ['before.db']);
		},
	);
}

onLinux('whatever process is to keep the target is killed', async (t) => {
	const {scene, reason} = await cut(t, false, () => {
		const killing = setInterval(killChildren, 1);
		t.teardown(() => {
			clearInterval(killing);
		});
	});

	t.true(reason instanceof BackupError);
	t.like(reason, {code: 'ERR_BACKUP_WORKER'});
	t.regex((reason as BackupError).message, /Nothing was changed/);
	await assertUntouched(t, scene);
});
