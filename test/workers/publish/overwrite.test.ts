import {chmodSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {backup, BackupError, SQLITE_DONE, type BackupOptions} from '../../../src/index.js';
import {HOLDERS} from '../../helpers/connection.js';
import {backupAlone} from '../../helpers/alone.js';
import {fingerprint, makeAccounts} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;

interface Case {
	readonly prepare: (t: ExecutionContext, target: string) => void | Promise<void>;
	/** The journal mode that the target has and keeps; undefined where it has none and takes the source's. */
	readonly wal?: boolean;
}

const OLD_TARGETS: Readonly<Record<string, Case>> = {
	'a rollback-journal database': {
		prepare: (_t, target) => {
			makeTagged(target, OLD);
		},
		wal: false,
	},
	'a WAL database': {
		prepare: (_t, target) => {
			makeTagged(target, OLD, {wal: true});
		},
		wal: true,
	},
	'a much larger rollback-journal database with another page size': {
		prepare: (_t, target) => {
			makeTagged(target, OLD, {accounts: 5000, pageSize: 1024});
		},
		wal: false,
	},
	'a much larger WAL database': {
		prepare: (_t, target) => {
			makeTagged(target, OLD, {accounts: 5000, wal: true});
		},
		wal: true,
	},
	'a database whose writer was killed with a WAL': {
		async prepare(t, target) {
			makeTagged(target, -1);
			await leaveWal(t, target, OLD);
		},
		wal: true,
	},
	'a database whose writer was killed in mid-transaction': {
		async prepare(t, target) {
			makeTagged(target, OLD);
			await leaveHotJournal(t, target);
		},
		wal: false,
	},
	'an empty file': {
		prepare: (_t, target) => {
			writeFileSync(target, '');
		},
		wal: false,
	},
	'a WAL database without a table': {
		prepare: (_t, target) => {
			const database = new Database(target);
			database.pragma('journal_mode = WAL');
			database.close();
		},
		wal: true,
	},
};

for (const [what, {prepare, wal}] of Object.entries(OLD_TARGETS)) {
	for (const sourceWal of [false, true]) {
		for (const journalMode of ['keep', 'delete'] as const) {
			test.serial(
				`a ${sourceWal ? 'WAL' : 'rollback'} source, journalMode '${journalMode}', into ${what}`,
				async (t) => {
					const directory = makeDirectory(t);
					const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
					makeTagged(source, NEW, {wal: sourceWal});
					await prepare(t, target);
					chmodSync(source, 0o644);
					chmodSync(target, 0o640);
					const {ino} = statSync(target);

					const {pages} = await backup(source, target, {existing: 'overwrite', journalMode});

					const after = statSync(target);
					t.is(after.ino, ino);
					t.is(after.mode & 0o777, 0o640);
					t.is(modeOf(target), wal === true ? 'wal' : 'delete');
					t.deepEqual(stateOf(target), tagged(NEW));
					t.is(statSync(target).size, pages * 4096);
					t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
				},
			);
		}
	}
}

function modeOf(path: string): unknown {
	const database = new Database(path);
	try {
		return database.pragma('journal_mode', {simple: true});
	} finally {
		database.close();
	}
}

for (const [what, {prepare}] of Object.entries(OLD_TARGETS)) {
	test.serial(`a backup that fails leaves ${what} as it was`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW);
		await prepare(t, target);
		const crashed = what.includes('killed');
		const before = crashed ? undefined : fingerprint(target);
		const refusal = new Error('no');
		const options: BackupOptions = {
			existing: 'overwrite',
			progress(status) {
				if (status === SQLITE_DONE) throw refusal;
			},
		};

		t.is(await t.throwsAsync(backupAlone(source, target, options)), refusal);

		if (crashed) t.deepEqual(stateOf(target), tagged(OLD));
		else t.deepEqual(fingerprint(target), before);
	});
}

for (const [own, other] of [
	[4096, 1024],
	[1024, 65_536],
] as const) {
	test.serial(`pages of ${String(other)} bytes do not go into a WAL target with pages of ${String(own)}`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW, {pageSize: other});
		makeTagged(target, OLD, {pageSize: own, wal: true});
		const before = fingerprint(target);

		const error = await t.throwsAsync(backup(source, target, {existing: 'overwrite'}), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TARGET');
		t.is(error.sqliteCode, 'SQLITE_READONLY');
		t.regex(
			error.message,
			new RegExp(`WAL mode and has pages of ${String(own)} bytes, the source of ${String(other)}`),
		);
		t.regex(error.message, /set "existing" to 'replace'.*or take it out of WAL mode first/);
		t.deepEqual(fingerprint(target), before);
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
	});

	for (const [where, open] of Object.entries(HOLDERS)) {
		test.serial(
			`pages of ${String(other)} bytes go into a rollback target with pages of ${String(own)}, open in ${where}`,
			async (t) => {
				const directory = makeDirectory(t);
				const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
				makeTagged(source, NEW, {pageSize: other});
				makeTagged(target, OLD, {pageSize: own});
				const holder = await open(t, target);
				await holder.run(STATE_SQL);

				await backup(source, target, {existing: 'overwrite'});

				t.deepEqual(await holder.run('PRAGMA integrity_check'), [{integrity_check: 'ok'}]);
				t.deepEqual(await holder.run(STATE_SQL), [{tag: NEW, mixed: 0, rows: 100}]);
				t.deepEqual(await holder.run('PRAGMA page_size'), [{page_size: other}]);
				await holder.close();
				t.deepEqual(stateOf(target), tagged(NEW));
			},
		);
	}
}

for (const wal of [false, true]) {
	for (const pageSize of [4096, 8192]) {
		test.serial(
			`an empty source makes a ${wal ? 'WAL' : 'rollback'} target with pages of ${String(pageSize)} empty`,
			async (t) => {
				const directory = makeDirectory(t);
				const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
				writeFileSync(source, '');
				makeAccounts(target, {wal, pageSize}).close();

				const {pages} = await backup(source, target, {existing: 'overwrite'});

				t.is(pages, 0);
				const database = new Database(target);
				t.deepEqual(database.prepare('SELECT * FROM sqlite_schema').all(), []);
				t.is(database.pragma('integrity_check', {simple: true}), 'ok');
				database.close();
				t.is(statSync(source).size, 0);
				t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
			},
		);
	}
}
