import {join} from 'node:path';
import test from 'ava';
import {backup, BackupError, type BackupOptions} from '../../../src/index.js';
import {HOLDERS, openHere, type Holder} from '../../helpers/connection.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged, STATE_SQL, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;
const OWN = 3;

interface Case {
	readonly wal: boolean;
	/** What the holder of the target does before the backup. */
	readonly before: readonly string[];
	/** What it does after it, in the same transaction if it began one. */
	readonly after: readonly string[];
	/** No lock tells of it, so it is seen in this process only. */
	readonly hereOnly?: boolean;
}

const READ = 'SELECT count(*) FROM account';
const WRITE = `UPDATE account SET balance = ${String(OWN)}`;
const WRITE_FIRST = `UPDATE account SET balance = ${String(OWN)} WHERE id = 1`;

const IN_USE: Readonly<Record<string, Case>> = {
	'that is open in WAL mode': {wal: true, before: [READ], after: [WRITE]},
	'that is open in WAL mode, with a WAL': {wal: true, before: [WRITE_FIRST], after: [WRITE]},
	'that is read in WAL mode': {wal: true, before: ['BEGIN', READ], after: [READ, 'COMMIT', WRITE]},
	'that is written in WAL mode': {wal: true, before: ['BEGIN IMMEDIATE', WRITE_FIRST], after: [WRITE, 'COMMIT']},
	'that is read in rollback mode': {wal: false, before: ['BEGIN', READ], after: [READ, 'COMMIT', WRITE]},
	'that is written in rollback mode': {
		wal: false,
		before: ['BEGIN IMMEDIATE', WRITE_FIRST],
		after: [WRITE, 'COMMIT'],
	},
	'whose write spills to the file': {
		wal: false,
		before: ['PRAGMA cache_size = 1', 'BEGIN IMMEDIATE', WRITE_FIRST, 'UPDATE account SET filler = randomblob(700)'],
		after: [WRITE, 'COMMIT'],
	},
	'that is held in exclusive mode': {
		wal: false,
		before: ['PRAGMA locking_mode = EXCLUSIVE', WRITE_FIRST],
		after: [WRITE],
	},
	'that is open and idle in rollback mode': {wal: false, before: [READ], after: [WRITE], hereOnly: true},
	'that is open and was never read': {wal: false, before: [], after: [WRITE], hereOnly: true},
};

for (const [where, open] of Object.entries(HOLDERS)) {
	for (const [what, {wal, before, after, hereOnly = false}] of Object.entries(IN_USE)) {
		if (hereOnly && open !== openHere) continue;
		test.serial(`'replace' refuses a target ${what} by ${where}, which goes on with it`, async (t) => {
			const directory = makeDirectory(t);
			const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal});
			const holder = await open(t, target);
			for (const sql of before) await holder.run(sql);
			const names = listDirectory(directory);

			const error = await t.throwsAsync(backup(source, target), {instanceOf: BackupError});

			t.is(error.code, 'ERR_BACKUP_TARGET_IN_USE');
			t.regex(
				error.message,
				/copy\.db is a database that is in use\. Close it first, or set "existing" to 'overwrite'/,
			);
			t.deepEqual(listDirectory(directory), names);
			await goOn(holder, after);
			t.deepEqual(await holder.run('PRAGMA journal_mode'), [{journal_mode: wal ? 'wal' : 'delete'}]);
			t.deepEqual(await holder.run(STATE_SQL), [{tag: OWN, mixed: 0, rows: 100}]);
			await holder.close();
			t.deepEqual(stateOf(target), tagged(OWN));
			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		});
	}
}

async function goOn(holder: Holder, statements: readonly string[]): Promise<void> {
	for (const sql of statements) await holder.run(sql);
}

for (const wal of [false, true]) {
	test.serial(`'replace' refuses a ${wal ? 'WAL' : 'rollback'} target that is opened in mid-copy`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW);
		makeTagged(target, OLD, {wal});
		let holder: Promise<Holder> | undefined;
		const options: BackupOptions = {
			pages: 10,
			progress() {
				holder ??= openHere(t, target);
			},
		};

		const error = await t.throwsAsync(backup(source, target, options), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TARGET_IN_USE');
		await (await holder)?.run(WRITE);
		await (await holder)?.close();
		t.deepEqual(stateOf(target), tagged(OWN));
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
	});

	test.serial(`'replace' takes a ${wal ? 'WAL' : 'rollback'} target once its holder has closed it`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW);
		makeTagged(target, OLD, {wal});
		const holder = await openHere(t, target);
		await holder.run(WRITE);

		await t.throwsAsync(backup(source, target), {code: 'ERR_BACKUP_TARGET_IN_USE'});
		await holder.close();
		await backup(source, target);

		t.deepEqual(stateOf(target), tagged(NEW));
	});
}
