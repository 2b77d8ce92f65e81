/** What `manager.snapshot()` refuses; `snapshot.test.ts` is about the option of that name. */
import {writeFileSync} from 'node:fs';
import test from 'ava';
import Database from 'better-sqlite3';
import {
	BackupError,
	BackupManager,
	type BackupErrorCode,
	type BackupSource,
	type SnapshotOptions,
} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {callsOf, type Call} from '../helpers/calls.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory} from '../helpers/directory.js';
import {fillTagged} from '../helpers/schema.js';
import {ownStaging, prepare, TAG, WAYS, type Files, type Made} from '../helpers/snapshots.js';
import {stretch} from '../helpers/stretch.js';
import {stateIn, tagged} from '../helpers/tagged.js';

const manager = new BackupManager({maxThreads: 2});

// Every manager is closed by then, and with it every job is over.
test.after('nothing of a snapshot is left in the directory for temporary files', async (t) => {
	await manager.close();
	t.deepEqual(ownStaging(), []);
});

interface Failure extends Made {
	readonly code: BackupErrorCode;
}

const FAILURES: Readonly<Record<string, (files: Files) => Failure>> = {
	'a missing file': ({app}) => ({source: `${app}-none`, code: 'ERR_BACKUP_SOURCE'}),
	'a directory': ({directory}) => ({source: directory, code: 'ERR_BACKUP_SOURCE'}),
	'a text': ({app}) => {
		writeFileSync(app, 'Dear database,\n'.repeat(1000));
		return {source: app, code: 'ERR_BACKUP_SOURCE'};
	},
	'an unknown database': ({app}) => ({source: app, options: {name: 'nope'}, code: 'ERR_BACKUP_UNKNOWN_DATABASE'}),
	'a closed handle': ({app}) => {
		const handle = new Database(app);
		handle.close();
		return {source: handle, code: 'ERR_BACKUP_SOURCE'};
	},
	'a handle in memory in mid-transaction': ({open}) => {
		const handle = open(':memory:');
		fillTagged(handle, 'main', TAG);
		return {source: handle.exec('BEGIN; UPDATE account SET balance = 0'), code: 'ERR_BACKUP_SOURCE'};
	},
};

for (const [what, make] of Object.entries(FAILURES)) {
	test.serial(`there is no snapshot of ${what}`, async (t) => {
		const files = prepare(t);
		const {source, options, code} = make(files);

		for (const way of WAYS) {
			await t.throwsAsync(manager.snapshot(source, {...options, ...way}), {instanceOf: BackupError, code});
		}
	});
}

for (const strategy of ['auto', ...STRATEGY_NAMES] as const) {
	test.serial(`a database that is too large for memory is told of by name: ${strategy}`, async (t) => {
		const {directory, app} = prepare(t);
		stretch(app, Math.ceil(2_147_483_391 / 4096));

		const error = await t.throwsAsync(manager.snapshot(app, {strategy}), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TOO_LARGE');
		t.regex(error.message, /app\.db does not fit into memory as a snapshot: .* 2147483648 bytes/);
		t.regex(error.message, /Use backup\(\)/);
		t.is(typeof error.jobId, 'string');
		t.deepEqual(listDirectory(directory), ['app.db', 'decoy.db']);
	});
}

/** What is about the file of a target, of which a snapshot has none. */
const FOREIGN = {existing: 'replace', checksum: 'sha256', mode: 0o600, journalMode: 'delete'};

test.serial(
	'options that are none of a snapshot are refused by name, and wrong values by what was expected',
	async (t) => {
		const {app} = prepare(t);
		await using idle = new BackupManager();
		idle.on('queued', () => {
			t.fail('a job was queued');
		});

		for (const [name, value] of Object.entries(FOREIGN)) {
			const taking = idle.snapshot(app, {[name]: value});
			const {message} = await t.throwsAsync(taking, {instanceOf: TypeError});
			t.true(message.includes(`Unknown snapshot option "${name}"`), message);
		}

		const misspelt = idle.snapshot(app, {verfy: 'full'} as object);
		await t.throwsAsync(misspelt, {instanceOf: TypeError, message: /Unknown snapshot option "verfy".*"verify"/});
		const wrong = {verify: 'thorough'} as unknown as SnapshotOptions;
		await t.throwsAsync(idle.snapshot(app, wrong), {instanceOf: TypeError, message: /snapshot option "verify"/});
		await t.throwsAsync(idle.snapshot(app, {pages: 0.5}), {instanceOf: RangeError, message: /snapshot option "pages"/});
		const nothing = idle.snapshot(42 as unknown as BackupSource);
		await t.throwsAsync(nothing, {instanceOf: TypeError, message: /Expected the source/});
		t.deepEqual(idle.jobs, []);
	},
);

test.serial("a manager's defaults hold for snapshots, but for those that are about a file", async (t) => {
	const {app} = prepare(t);
	const before = fingerprint(app);
	const defaults = {...FOREIGN, existing: 'fail', checksum: 'sha256', journalMode: 'delete', pages: 5} as const;
	await using single = new BackupManager({defaults});
	const calls: Call[] = [];
	const results: object[] = [];
	single.on('completed', ({result}) => results.push(result));

	const buffer = await single.snapshot(app, {progress: (...call) => calls.push(call)});

	t.deepEqual(stateIn(new Database(buffer)), tagged(TAG));
	t.deepEqual(calls, callsOf(buffer.length / 4096, 5));
	t.false(results.some((result) => 'sha256' in result));
	t.deepEqual(fingerprint(app), before);
});
