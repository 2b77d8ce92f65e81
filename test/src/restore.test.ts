import {chmodSync, existsSync, statSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {BackupManager, SQLITE_DONE, type ManagerOptions} from '../../src/index.js';
import {ALL_HOLDERS} from '../helpers/foreign-connection.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {lockOut} from '../helpers/lock.js';
import {seen, startReader} from '../helpers/reader.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../helpers/tagged.js';
import {turns} from '../helpers/turns.js';
import {until} from '../helpers/until.js';
import {startWitness, witnessed} from '../helpers/witness.js';
import {wholeFile} from '../helpers/whole-file.js';

const OLD = 1;
const NEW = 2;
const OWN = 3;
const OLD_ROWS = 3000;
/** Enough pages that SQLite writes them in several goes. */
const NEW_ROWS = 8000;

interface Scene {
	readonly manager: BackupManager;
	readonly directory: string;
	readonly backup: string;
	readonly target: string;
	readonly safetyCopy: string;
}

const SETTINGS = {maxThreads: 1, defaults: {sleep: 0.001}} satisfies ManagerOptions;
const shared = new BackupManager(SETTINGS);
wholeFile.teardown(() => shared.destroy());

interface Options {
	readonly wal?: boolean;
	readonly rows?: number;
	readonly pageSize?: number;
	readonly manager?: ManagerOptions;
}

function setUp(t: ExecutionContext, {wal = false, rows = 100, pageSize = 4096, manager}: Options = {}): Scene {
	const directory = makeDirectory(t);
	const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
	makeTagged(backup, NEW, {accounts: rows});
	makeTagged(target, OLD, {accounts: OLD_ROWS, wal, pageSize});
	const own = manager === undefined ? undefined : new BackupManager({...SETTINGS, ...manager});
	t.teardown(() => own?.destroy());
	return {manager: own ?? shared, directory, backup, target, safetyCopy: join(directory, 'before.db')};
}

for (const [index, [where, open]] of Object.entries(ALL_HOLDERS).entries()) {
	for (const wal of [false, true]) {
		// By each holder in one of the modes.
		const keep = wal === (index % 2 === 0);
		const title = `${wal ? 'WAL' : 'rollback'}, ${keep ? 'with' : 'without'} a safety copy`;

		test.serial(`a connection of ${where} goes on and sees the restored state: ${title}`, async (t) => {
			const {manager, directory, backup, target, safetyCopy} = setUp(t, {wal, rows: NEW_ROWS});
			const {ino} = statSync(target);
			const holder = await open(t, target);
			t.deepEqual(await holder.run(STATE_SQL), [{tag: OLD, mixed: 0, rows: OLD_ROWS}]);
			const readers = await Promise.all([
				startReader(t, target, {keepOpen: true, pauseMs: 5}),
				startReader(t, target, {pauseMs: 5}),
			]);
			// This process would wait for locks on this very thread.
			const witness = where === 'this process' ? undefined : startWitness(holder);

			const result = await manager.restore(backup, target, keep ? {safetyCopy} : {});

			t.like(result, {source: backup, target, verified: 'full'});
			t.is(result.safetyCopy, keep ? safetyCopy : undefined);
			const states = (await witness?.stop()) ?? [];
			t.deepEqual(
				states.filter((state) => ![witnessed(OLD, OLD_ROWS), witnessed(NEW, NEW_ROWS)].includes(state)),
				[],
			);
			for (const reader of readers) {
				const {states: read} = await reader.stop();
				const expected = [seen(OLD, OLD_ROWS), seen(NEW, NEW_ROWS)];
				// In WAL mode its last read may have begun before.
				t.deepEqual(
					read.filter((state) => !expected.includes(state)),
					[],
				);
			}

			t.deepEqual(await holder.run(STATE_SQL), [{tag: NEW, mixed: 0, rows: NEW_ROWS}]);
			await holder.run(`UPDATE account SET balance = ${String(OWN)}`);
			t.deepEqual(await holder.run('PRAGMA journal_mode'), [{journal_mode: wal ? 'wal' : 'delete'}]);
			await holder.close();
			t.deepEqual(stateOf(target), tagged(OWN, NEW_ROWS));
			t.is(statSync(target).ino, ino);
			t.deepEqual(stateOf(backup), tagged(NEW, NEW_ROWS));
			if (keep) t.deepEqual(stateOf(safetyCopy), tagged(OLD, OLD_ROWS));
			t.deepEqual(listDirectory(directory), ['app.db', 'backup.db', ...(keep ? ['before.db'] : [])]);
		});
	}
}

for (const wal of [false, true]) {
	test.serial(`a live handle, by paths and URLs, over an older safety copy: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const {manager, backup, target, safetyCopy} = setUp(t, {wal});
		makeTagged(safetyCopy, OWN, {wal: true});
		const handle = new Database(target);
		t.teardown(() => handle.close());
		const state = handle.prepare(STATE_SQL);
		t.deepEqual(state.get(), {tag: OLD, mixed: 0, rows: OLD_ROWS});
		const before = fingerprint(backup);

		await manager.restore(pathToFileURL(backup), handle, {safetyCopy: pathToFileURL(safetyCopy)});

		t.deepEqual(state.get(), {tag: NEW, mixed: 0, rows: 100});
		t.deepEqual(stateOf(safetyCopy), tagged(OLD, OLD_ROWS));
		t.deepEqual(fingerprint(backup), before);
	});
}

test.serial('the safety copy is restored, and all is as it was', async (t) => {
	const {manager, backup, target, safetyCopy} = setUp(t, {wal: true});
	await manager.restore(backup, target, {safetyCopy});
	t.deepEqual(stateOf(target), tagged(NEW));

	await manager.restore(safetyCopy, target);

	t.deepEqual(stateOf(target), tagged(OLD, OLD_ROWS));
});

test.serial('a target that does not exist is made, and there is nothing to keep', async (t) => {
	const {manager, directory, backup, safetyCopy} = setUp(t);
	chmodSync(backup, 0o644);

	const result = await manager.restore(backup, join(directory, 'new.db'), {safetyCopy, mode: 0o600});

	t.false('safetyCopy' in result);
	t.deepEqual(stateOf(join(directory, 'new.db')), tagged(NEW));
	t.is(statSync(join(directory, 'new.db')).mode & 0o777, 0o600);
	t.false(existsSync(safetyCopy));
});

test.serial('a link to the target, and a link as the safety copy, are followed', async (t) => {
	const {manager, directory, backup, target, safetyCopy} = setUp(t);
	symlinkSync(target, join(directory, 'link.db'));
	symlinkSync(safetyCopy, join(directory, 'safety-link.db'));

	const result = await manager.restore(backup, join(directory, 'link.db'), {
		safetyCopy: join(directory, 'safety-link.db'),
	});

	t.like(result, {target, safetyCopy});
	t.deepEqual(stateOf(target), tagged(NEW));
	t.deepEqual(stateOf(safetyCopy), tagged(OLD, OLD_ROWS));
});

for (const pageSize of [1024, 65_536]) {
	test.serial(
		`a rollback target with pages of ${String(pageSize)} bytes takes those of the backup, and is kept in its own`,
		async (t) => {
			const {manager, backup, target, safetyCopy} = setUp(t, {pageSize});
			const handle = new Database(target);
			t.teardown(() => handle.close());

			await manager.restore(backup, handle, {safetyCopy});

			t.deepEqual(handle.prepare(STATE_SQL).get(), {tag: NEW, mixed: 0, rows: 100});
			t.is(handle.pragma('page_size', {simple: true}), 4096);
			const kept = new Database(safetyCopy);
			t.is(kept.pragma('page_size', {simple: true}), pageSize);
			kept.close();
			t.deepEqual(stateOf(safetyCopy), tagged(OLD, OLD_ROWS));
		},
	);
}

test.serial('a backup that is itself in use, with a WAL, is restored as it is', async (t) => {
	const {manager, directory, target} = setUp(t);
	const backup = join(directory, 'live.db');
	makeTagged(backup, OLD, {wal: true});
	const handle = new Database(backup);
	t.teardown(() => handle.close());
	handle.exec(`UPDATE account SET balance = ${String(NEW)}`);

	await manager.restore(backup, target);

	t.deepEqual(stateOf(target), tagged(NEW));
});

test.serial("the manager's defaults: those that a restore has count, and the others do no harm", async (t) => {
	const calls: number[] = [];
	const {manager, backup, target} = setUp(t, {
		rows: 1000,
		manager: {
			defaults: {
				pages: 10,
				progress: (status) => calls.push(status),
				verify: 'quick',
				name: 'other',
				attach: {other: 'none.db'},
				existing: 'fail',
				checksum: 'sha256',
				journalMode: 'delete',
				snapshot: 'none',
				maxWalBytes: 1,
			},
		},
	});

	// A WAL, of which any is too much for a backup by these defaults.
	const handle = new Database(backup);
	t.teardown(() => handle.close());
	handle.pragma('journal_mode = WAL');
	handle.exec('CREATE TABLE other (value)');

	const result = await manager.restore(backup, target);

	t.is(result.verified, 'quick');
	t.is(result.sha256, undefined);
	t.true(calls.length > 10);
	t.is(calls.at(-1), SQLITE_DONE);
	t.deepEqual(stateOf(target), tagged(NEW, 1000));
	t.is((await manager.restore(backup, target, {verify: 'full'})).verified, 'full');
});

test.serial('it is a job, with events and statistics', async (t) => {
	const {manager, backup, target} = setUp(t, {manager: {}});
	const states: string[] = [];
	for (const event of ['queued', 'active', 'completed'] as const) manager.on(event, ({job}) => states.push(job.state));

	const result = await manager.restore(backup, target);

	t.deepEqual(states, ['queued', 'active', 'completed']);
	t.like(manager.stats, {completed: 1, bytes: result.bytes});
});

test.serial('no other job writes to the target or the safety copy meanwhile', async (t) => {
	const {manager, directory, backup, target, safetyCopy} = setUp(t, {manager: {maxThreads: 4}});
	const release = await lockOut(t, target);
	const restoring = manager.restore(backup, target, {safetyCopy});
	const others = [
		manager.backup(backup, safetyCopy),
		manager.restore(backup, target),
		manager.restore(backup, join(directory, 'other.db'), {safetyCopy}),
	];

	await until(() => manager.jobs[0]?.state === 'active');
	await turns();
	t.deepEqual(
		manager.jobs.map(({state}) => state),
		['active', 'queued', 'queued', 'queued'],
	);
	await release();

	t.is((await restoring).safetyCopy, safetyCopy);
	await Promise.all(others);
	t.deepEqual(stateOf(safetyCopy), tagged(NEW));
});
