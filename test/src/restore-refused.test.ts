/** Restores that are refused, or that fail: the target and the older safety copy are what they were. */
import {existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {
	BackupError,
	BackupManager,
	SQLITE_DONE,
	type BackupErrorCode,
	type BackupTarget,
	type RestoreOptions,
} from '../../src/index.js';
import {makeBadIndex, makeTorn} from '../helpers/broken.js';
import {openElsewhere} from '../helpers/connection.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../helpers/tagged.js';
import {wholeFile} from '../helpers/whole-file.js';

const OLD = 1;
const NEW = 2;
const OLDER = 3;

const manager = new BackupManager({maxThreads: 1, defaults: {sleep: 0.001}});
wholeFile.teardown(() => manager.destroy());

interface Scene {
	readonly directory: string;
	readonly backup: string;
	readonly target: string;
	readonly safetyCopy: string;
	readonly restore: (
		options?: RestoreOptions & {readonly from?: string; readonly to?: BackupTarget},
	) => Promise<unknown>;
}

function setUp(t: ExecutionContext, wal = false): Scene {
	const directory = makeDirectory(t);
	const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
	const safetyCopy = join(directory, 'before.db');
	makeTagged(backup, NEW);
	makeTagged(target, OLD, {wal});
	makeTagged(safetyCopy, OLDER);
	return {
		directory,
		backup,
		target,
		safetyCopy,
		restore: ({from = backup, to = target, ...options} = {}) => manager.restore(from, to, {safetyCopy, ...options}),
	};
}

interface Refusal {
	readonly code: BackupErrorCode;
	readonly says: RegExp;
}

async function assertRefused(
	t: ExecutionContext,
	{directory, target, safetyCopy}: Scene,
	restoring: () => Promise<unknown>,
	{code, says}: Refusal,
): Promise<void> {
	const files = (): object => ({...fingerprint(target), ...fingerprint(safetyCopy), names: listDirectory(directory)});
	const before = files();
	const error = await t.throwsAsync(restoring(), {instanceOf: BackupError});
	t.is(error.code, code);
	t.regex(error.message, says);
	t.deepEqual(files(), before);
}

type Prepare = (
	scene: Scene,
	t: ExecutionContext,
) => Parameters<Scene['restore']>[0] | Promise<Parameters<Scene['restore']>[0]>;

const CASES: Readonly<Record<string, Refusal & {readonly wal?: boolean; readonly prepare: Prepare}>> = {
	'a backup that is missing': {
		code: 'ERR_BACKUP_SOURCE',
		says: /missing\.db cannot be read/,
		prepare: ({directory}) => ({from: join(directory, 'missing.db')}),
	},
	'a backup that is no database': {
		code: 'ERR_BACKUP_SOURCE',
		says: /not a SQLite database/,
		prepare: ({backup}) => {
			writeFileSync(backup, 'A'.repeat(10_000));
			return {};
		},
	},
	'a backup that was cut short': {
		code: 'ERR_BACKUP_SOURCE',
		says: /backup\.db/,
		prepare: ({backup}) => {
			truncateSync(backup, 20_000);
			return {};
		},
	},
	'a backup that was cut short to nothing': {
		code: 'ERR_BACKUP_VERIFY',
		says: /backup\.db is an empty file, and was not restored/,
		prepare: ({backup}) => {
			truncateSync(backup);
			return {};
		},
	},
	'a backup of one byte': {
		code: 'ERR_BACKUP_VERIFY',
		says: /empty file/,
		prepare: ({backup}) => {
			writeFileSync(backup, 'S');
			return {};
		},
	},
	'a backup with a lost page': {
		code: 'ERR_BACKUP_VERIFY',
		says: /^The backup did not pass integrity_check, so it was not restored: .*The backup is most likely damaged/,
		prepare: ({directory}) => {
			makeTorn(join(directory, 'torn.db'), 'small');
			return {from: join(directory, 'torn.db')};
		},
	},
	'a backup with a lost page, looked at quickly': {
		code: 'ERR_BACKUP_VERIFY',
		says: /did not pass quick_check/,
		prepare: ({directory}) => {
			makeTorn(join(directory, 'torn.db'), 'small');
			return {from: join(directory, 'torn.db'), verify: 'quick'};
		},
	},
	'a backup with a bad index': {
		code: 'ERR_BACKUP_VERIFY',
		says: /did not pass integrity_check/,
		prepare: ({directory}) => {
			makeBadIndex(join(directory, 'bad.db'), 'small');
			return {from: join(directory, 'bad.db')};
		},
	},
	'a backup that only the application can check': {
		code: 'ERR_BACKUP_VERIFY',
		says: /could not run integrity_check on the backup, so it was not restored: .*copy it into the target as a backup, with "existing"/,
		prepare: ({backup}) => {
			const database = new Database(backup);
			database.function('twice', {deterministic: true}, (value) => Number(value) * 2);
			database.exec('CREATE INDEX account_index ON account (twice(balance))');
			database.close();
			return {};
		},
	},
	'a target that is the backup': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /source and the target are the same file/,
		prepare: ({target}) => ({from: target}),
	},
	'a target that is no database': {
		code: 'ERR_BACKUP_TARGET',
		says: /not a SQLite database/,
		prepare: ({target}) => {
			writeFileSync(target, 'A'.repeat(10_000));
			return {};
		},
	},
	'a target in WAL mode with another page size': {
		code: 'ERR_BACKUP_TARGET',
		says: /WAL mode and has pages of 4096 bytes, the source of 8192;.* Close it and copy the backup over it/,
		wal: true,
		prepare: ({directory}) => {
			makeTagged(join(directory, 'other.db'), NEW, {pageSize: 8192});
			return {from: join(directory, 'other.db')};
		},
	},
	'a safety copy over the target': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /safety copy would take the place of the target/,
		prepare: ({target}) => ({safetyCopy: target}),
	},
	'a safety copy over a target that does not exist': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /safety copy would take the place of the target/,
		prepare: ({directory}) => ({to: join(directory, 'new.db'), safetyCopy: join(directory, 'new.db')}),
	},
	'a safety copy over the target by a symbolic link': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /safety copy would take the place of the target/,
		prepare: ({directory, target}) => {
			symlinkSync(target, join(directory, 'link.db'));
			return {safetyCopy: join(directory, 'link.db')};
		},
	},
	'a safety copy over the target by a hard link': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /safety copy would take the place of the target/,
		prepare: ({directory, target}) => {
			linkSync(target, join(directory, 'link.db'));
			return {safetyCopy: join(directory, 'link.db')};
		},
	},
	'a safety copy over the backup': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /safety copy would take the place of the backup/,
		prepare: ({backup}) => ({safetyCopy: backup}),
	},
	'a safety copy over the backup by a hard link': {
		code: 'ERR_BACKUP_SAME_FILE',
		says: /safety copy would take the place of the backup/,
		prepare: ({directory, backup}) => {
			linkSync(backup, join(directory, 'link.db'));
			return {safetyCopy: join(directory, 'link.db')};
		},
	},
	"a safety copy named like the target's WAL": {
		code: 'ERR_BACKUP_TARGET',
		says: /named like a database and its own "-wal" file/,
		prepare: ({target}) => ({safetyCopy: `${target}-wal`}),
	},
	"a safety copy named like the backup's journal": {
		code: 'ERR_BACKUP_TARGET',
		says: /named like a database and its own "-journal" file/,
		prepare: ({backup}) => ({safetyCopy: `${backup}-journal`}),
	},
	'a safety copy in a directory that is missing': {
		code: 'ERR_BACKUP_TARGET',
		says: /The safety copy's directory .*none cannot be used/,
		prepare: ({directory}) => ({safetyCopy: join(directory, 'none', 'before.db')}),
	},
	'a safety copy over a directory': {
		code: 'ERR_BACKUP_TARGET',
		says: /not a regular file/,
		prepare: ({directory}) => {
			mkdirSync(join(directory, 'folder'));
			return {safetyCopy: join(directory, 'folder')};
		},
	},
	'a safety copy over a file that is no database': {
		code: 'ERR_BACKUP_TARGET',
		says: /notes\.txt.*not a SQLite database/,
		prepare: ({directory}) => {
			writeFileSync(join(directory, 'notes.txt'), 'A'.repeat(10_000));
			return {safetyCopy: join(directory, 'notes.txt')};
		},
	},
	'a safety copy over a database that is in use': {
		code: 'ERR_BACKUP_TARGET_IN_USE',
		says: /^The safety copy would take the place of .*before\.db, which is .* in use\. Choose another path/,
		async prepare({safetyCopy}, t) {
			const holder = await openElsewhere(t, safetyCopy);
			await holder.run('BEGIN IMMEDIATE');
			return {};
		},
	},
};

for (const [what, {prepare, wal, ...refusal}] of Object.entries(CASES)) {
	test.serial(`refused, and nothing is changed: ${what}`, async (t) => {
		const scene = setUp(t, wal);
		const options = await prepare(scene, t);
		await assertRefused(t, scene, () => scene.restore(options), refusal);
	});
}

test.serial('a bad index is not looked at where a quick check is enough', async (t) => {
	const {directory, target, restore} = setUp(t);
	makeBadIndex(join(directory, 'bad.db'), 'small');

	await restore({from: join(directory, 'bad.db'), verify: 'quick'});

	const database = new Database(target);
	t.not(database.pragma('integrity_check', {simple: true}), 'ok');
	database.close();
});

test.serial(
	'a database that is made in the place of a missing target is not overwritten without being kept',
	async (t) => {
		const {directory, safetyCopy, restore} = setUp(t);
		const to = join(directory, 'new.db');
		const before = fingerprint(safetyCopy);
		const progress: RestoreOptions['progress'] = (status) => {
			if (status === SQLITE_DONE) makeTagged(to, OLD);
		};

		const error = await t.throwsAsync(restore({to, progress}), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TARGET_EXISTS');
		t.regex(error.message, /made in the middle/);
		t.deepEqual(stateOf(to), tagged(OLD));
		t.deepEqual(fingerprint(safetyCopy), before);
		t.deepEqual(listDirectory(directory), ['app.db', 'backup.db', 'before.db', 'new.db']);
	},
);

test.serial('what the callback throws, also at the last call, comes back, and nothing is changed', async (t) => {
	const {target, safetyCopy, restore} = setUp(t);
	const before = {...fingerprint(target), ...fingerprint(safetyCopy)};
	const thrown = new Error('no');
	const progress: RestoreOptions['progress'] = (status) => {
		if (status === SQLITE_DONE) throw thrown;
	};

	t.is(await t.throwsAsync(restore({progress})), thrown);

	t.deepEqual({...fingerprint(target), ...fingerprint(safetyCopy)}, before);
});

test.serial('a target that stays locked: nothing is kept, and nothing is changed', async (t) => {
	const {target, safetyCopy, restore} = setUp(t);
	const before = fingerprint(safetyCopy);
	const holder = await openElsewhere(t, target);
	await holder.run('BEGIN IMMEDIATE');

	const error = await t.throwsAsync(restore({stallTimeout: 100}), {instanceOf: BackupError});

	t.is(error.code, 'ERR_BACKUP_BUSY');
	await holder.run('COMMIT');
	t.deepEqual(await holder.run(STATE_SQL), [{tag: OLD, mixed: 0, rows: 100}]);
	t.deepEqual(fingerprint(safetyCopy), before);
});

test.serial('a manager that is closed restores nothing', async (t) => {
	const {backup, target} = setUp(t);
	const closed = new BackupManager();
	await closed.close();
	const before = readFileSync(target);

	await t.throwsAsync(closed.restore(backup, target), {code: 'ERR_BACKUP_CLOSED'});

	t.deepEqual(readFileSync(target), before);
	t.false(existsSync(`${target}-journal`));
});
