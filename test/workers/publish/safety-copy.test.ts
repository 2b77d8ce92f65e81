import {chmodSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupError, BackupManager, type ManagerOptions} from '../../../src/index.js';
import {openElsewhere} from '../../helpers/connection.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {preload} from '../../helpers/threads.js';

const OLD = 1;
const NEW = 2;
const OLDER = 3;

interface Scene {
	readonly directory: string;
	readonly backup: string;
	readonly target: string;
	readonly safetyCopy: string;
	/** By a manager that has ended when this returns. */
	readonly restore: (options?: ManagerOptions) => Promise<void>;
}

function setUp(t: ExecutionContext): Scene {
	const directory = makeDirectory(t);
	const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
	const safetyCopy = join(directory, 'before.db');
	makeTagged(backup, NEW);
	return {
		directory,
		backup,
		target,
		safetyCopy,
		async restore(options) {
			await using manager = new BackupManager({maxThreads: 1, ...options});
			await manager.restore(backup, target, {safetyCopy});
		},
	};
}

interface Case {
	readonly prepare: (t: ExecutionContext, target: string) => void | Promise<void>;
	/** How many rows it has; 0 where it has no table. */
	readonly rows: number;
}

const TARGETS: Readonly<Record<string, Case>> = {
	'a rollback-journal database': {
		prepare: (_t, target) => {
			makeTagged(target, OLD);
		},
		rows: 100,
	},
	'a WAL database': {
		prepare: (_t, target) => {
			makeTagged(target, OLD, {wal: true});
		},
		rows: 100,
	},
	'a rollback-journal database that is too large for one read': {
		prepare: (_t, target) => {
			makeTagged(target, OLD, {accounts: 3000, filler: 10_000});
		},
		rows: 3000,
	},
	'a WAL database that is too large for one read': {
		prepare: (_t, target) => {
			makeTagged(target, OLD, {accounts: 3000, filler: 10_000, wal: true});
		},
		rows: 3000,
	},
	'a database of which the newest state is only in its WAL': {
		async prepare(t, target) {
			makeTagged(target, -1, {wal: true});
			const holder = await openElsewhere(t, target);
			await holder.run(`UPDATE account SET balance = ${String(OLD)}`);
		},
		rows: 100,
	},
	'a database whose writer was killed with a WAL': {
		async prepare(t, target) {
			makeTagged(target, -1);
			await leaveWal(t, target, OLD);
		},
		rows: 100,
	},
	'a database whose writer was killed in mid-transaction': {
		async prepare(t, target) {
			makeTagged(target, OLD);
			await leaveHotJournal(t, target);
		},
		rows: 100,
	},
	'an empty file': {
		prepare: (_t, target) => {
			writeFileSync(target, '');
		},
		rows: 0,
	},
};

for (const [what, {prepare, rows}] of Object.entries(TARGETS)) {
	test.serial(`${what} is kept`, async (t) => {
		const {target, safetyCopy, restore} = setUp(t);
		await prepare(t, target);

		await restore();

		if (rows > 0) t.deepEqual(stateOf(safetyCopy), tagged(OLD, rows));
		else t.is(statSync(safetyCopy).size, 0);
		t.deepEqual(stateOf(target), tagged(NEW));
	});
}

for (const {target: bits, old, expected} of [
	{target: 0o600, expected: 0o600},
	{target: 0o644, expected: 0o644},
	{target: 0o644, old: 0o600, expected: 0o600},
	{target: 0o600, old: 0o644, expected: 0o600},
]) {
	for (const wal of [false, true]) {
		const title = `target ${bits.toString(8)}, old safety copy ${old?.toString(8) ?? 'none'}, ${wal ? 'WAL' : 'rollback'}`;
		test.serial(`nobody may read a safety copy who may not read the target: ${title}`, async (t) => {
			const {backup, target, safetyCopy, restore} = setUp(t);
			chmodSync(backup, 0o666);
			makeTagged(target, OLD, {wal});
			chmodSync(target, bits);
			if (old !== undefined) {
				makeTagged(safetyCopy, OLDER);
				chmodSync(safetyCopy, old);
			}

			await restore();

			t.is(statSync(safetyCopy).mode & 0o777, expected);
			t.is(statSync(target).mode & 0o777, bits);
		});
	}
}

/** For threads that find no Node.js to start a process with. */
const NO_PROCESS: ManagerOptions = {
	execArgv: preload('preload-no-node.ts'),
	env: {...process.env, EXEC_PATH: '/nonexistent/node'},
};

for (const filler of [500, 10_000]) {
	test.serial(
		`where no process can be started, a WAL target is kept all the same: ${String(filler)} bytes a row`,
		async (t) => {
			const {target, safetyCopy, restore} = setUp(t);
			makeTagged(target, OLD, {wal: true, accounts: 3000, filler});

			await restore(NO_PROCESS);

			t.deepEqual(stateOf(safetyCopy), tagged(OLD, 3000));
			t.deepEqual(stateOf(target), tagged(NEW));
		},
	);
}

test.serial('where no process can be started, a rollback target that is to be kept is not restored', async (t) => {
	const {directory, target, safetyCopy, restore} = setUp(t);
	makeTagged(target, OLD);
	makeTagged(safetyCopy, OLDER);
	const before = {...fingerprint(target), ...fingerprint(safetyCopy)};

	const error = await t.throwsAsync(restore(NO_PROCESS), {instanceOf: BackupError});

	t.is(error.code, 'ERR_BACKUP_WORKER');
	t.regex(error.message, /Allow processes to be started; or back the target up first/);
	t.deepEqual({...fingerprint(target), ...fingerprint(safetyCopy)}, before);
	t.deepEqual(listDirectory(directory), ['app.db', 'backup.db', 'before.db']);
});
