import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {BackupManager, type BackupOptions, type BackupTarget} from '../../../src/index.js';
import {makeAccounts} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';

const manager = new BackupManager({maxThreads: 2});
test.after.always(async () => {
	await manager.close();
});

interface Case {
	readonly options: BackupOptions;
	/** Whether there is a target before. */
	readonly replaces?: boolean;
	/** More than one chunk of what is read in one go. */
	readonly large?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
	'a new file': {options: {}},
	'a file that is replaced': {options: {existing: 'replace'}, replaces: true},
	"a new file with existing: 'fail'": {options: {existing: 'fail'}},
	'a large file': {options: {}, large: true},
	'a copy that was verified': {options: {verify: 'full'}},
	'a copy that left WAL mode': {options: {journalMode: 'delete'}},
};

for (const [name, {options, replaces = false, large = false}] of Object.entries(CASES)) {
	test.serial(`${name}: the checksum is that of the published file`, async (t) => {
		const {source, target} = setUp(t, large);
		if (replaces) makeAccounts(target, {accounts: 5}).close();

		const {sha256} = await manager.backup(source, target, {...options, checksum: 'sha256'});

		t.is(sha256, sha256sum(target));
	});
}

test.serial('a database of nothing: the checksum of nothing', async (t) => {
	const {directory, target} = setUp(t);
	const source = join(directory, 'empty.db');
	execFileSync('touch', [source]);
	const {sha256} = await manager.backup(source, target, {checksum: 'sha256'});
	t.is(sha256, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
	t.is(sha256, sha256sum(target));
});

test.serial('a database in memory', async (t) => {
	const {target} = setUp(t);
	const database = new Database(':memory:');
	database.exec("CREATE TABLE item (label TEXT); INSERT INTO item VALUES ('one')");
	const {sha256} = await manager.backup(database, target, {checksum: 'sha256'});
	database.close();
	t.is(sha256, sha256sum(target));
});

test.serial('by default there is none', async (t) => {
	const {source, target} = setUp(t);
	for (const options of [{}, {checksum: false}] as const) {
		const result = await manager.backup(source, target, options);
		t.false('sha256' in result);
		t.is(result.sha256, undefined);
	}
});

test.serial('none of a target that is overwritten in place', async (t) => {
	const {directory, source, target} = setUp(t);
	const before = listDirectory(directory);
	const live = makeAccounts(join(directory, 'live.db'), {accounts: 1});
	const refused: readonly [target: BackupTarget, options: BackupOptions][] = [
		[target, {existing: 'overwrite'}],
		[live, {}],
		[live, {existing: 'fail'}],
	];
	for (const [where, options] of refused) {
		const promise = manager.backup(source, where, {...options, checksum: 'sha256'});
		const {message} = await t.throwsAsync(promise, {instanceOf: TypeError});
		t.regex(message, /"checksum"/);
	}

	t.is(live.prepare('SELECT count(*) FROM account').pluck().get(), 1);
	live.close();
	t.deepEqual(listDirectory(directory), [...before, 'live.db'].sort());
});

test.serial('a manager can ask for it by default, and a job do without', async (t) => {
	const {source, target} = setUp(t);
	await using summing = new BackupManager({defaults: {checksum: 'sha256'}});
	const {sha256} = await summing.backup(source, target);
	t.is(sha256, sha256sum(target));
	const overwritten = await summing.backup(source, target, {existing: 'overwrite', checksum: false});
	t.is(overwritten.sha256, undefined);
});

interface Scene {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function setUp(t: ExecutionContext, large = false): Scene {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {wal: true, accounts: large ? 3000 : 100, filler: 1000}).close();
	return {directory, source, target: join(directory, 'copy.db')};
}

function sha256sum(path: string): string {
	return execFileSync('sha256sum', [path], {encoding: 'utf8'}).slice(0, 64);
}
