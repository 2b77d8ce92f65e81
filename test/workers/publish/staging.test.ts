import {spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backup, BackupError, BackupManager} from '../../../src/index.js';
import {backupAlone} from '../../helpers/alone.js';
import {holdBackupProcess, startBackupProcess} from '../../helpers/backup-process.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {until} from '../../helpers/until.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;
const MODES = ['fail', 'replace', 'overwrite'] as const;

interface Files {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function makeFiles(t: ExecutionContext, name = 'copy.db'): Files {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeTagged(source, NEW);
	return {directory, source, target: join(directory, name)};
}

function listStaging(directory: string): string[] {
	return listDirectory(directory).filter((name) => name.startsWith('.hotcopy-'));
}

/** What a process leaves that is killed in the middle of its copy. */
async function leaveStaging(t: ExecutionContext, {directory, source, target}: Files): Promise<string[]> {
	const child = await holdBackupProcess(t, {source, target});
	child.signal('SIGKILL');
	await child.ended;
	const left = listStaging(directory);
	if (left.length === 0) throw new Error('The killed process left nothing, so this test would show nothing');
	return left;
}

for (const name of ['copy.db', 'Ünïcødé 数据库 🗄️.db', `${'n'.repeat(240)}.db`]) {
	test.serial(`the next backup to ${name.slice(0, 20)} clears what a killed one left`, async (t) => {
		const files = makeFiles(t, name);
		const {directory, source, target} = files;

		for (const existing of MODES) {
			await leaveStaging(t, files);
			await backup(source, target, {existing});
			t.deepEqual(listDirectory(directory), ['app.db', name].sort(), existing);
		}

		t.deepEqual(stateOf(target), tagged(NEW));
	});
}

test.serial('the sidecars of what a killed one left go with it', async (t) => {
	const files = makeFiles(t);
	const [staging = ''] = await leaveStaging(t, files);
	for (const suffix of ['-journal', '-wal', '-shm']) writeFileSync(join(files.directory, staging + suffix), 'left');

	await backup(files.source, files.target, {existing: 'fail'});

	t.deepEqual(listDirectory(files.directory), ['app.db', 'copy.db']);
});

test.serial('a backup that fails in mid-copy clears its own and what a killed one left', async (t) => {
	const files = makeFiles(t);
	await leaveStaging(t, files);
	const refusal = new Error('no');
	const progress = (): never => {
		throw refusal;
	};

	t.is(await t.throwsAsync(backupAlone(files.source, files.target, {pages: 5, progress})), refusal);

	t.deepEqual(listDirectory(files.directory), ['app.db']);
});

test.serial('a backup that is aborted in mid-copy clears its own', async (t) => {
	const {directory, source, target} = makeFiles(t);
	const controller = new AbortController();
	const manager = new BackupManager();
	let during: string[] = [];

	await t.throwsAsync(
		manager.backup(source, target, {
			pages: 5,
			signal: controller.signal,
			progress() {
				during = listStaging(directory);
				controller.abort();
			},
		}),
		{name: 'AbortError'},
	);
	await manager.close();

	t.true(during.length > 0);
	t.deepEqual(listDirectory(directory), ['app.db']);
});

test.serial('a backup to another target in the same directory clears them as well', async (t) => {
	const files = makeFiles(t);
	await leaveStaging(t, files);
	await backup(files.source, join(files.directory, 'other.db'));
	t.deepEqual(listStaging(files.directory), []);
});

test.serial('those of a living process are left alone', async (t) => {
	const {directory, source, target} = makeFiles(t);
	const child = await holdBackupProcess(t, {source, target});
	const living = listStaging(directory);
	t.true(living.length > 0);

	for (const existing of ['replace', 'overwrite'] as const) await backup(source, target, {existing});
	t.deepEqual(listStaging(directory), living);

	child.signal('SIGKILL');
	await child.ended;
	await backup(source, target);
	t.deepEqual(listStaging(directory), []);
});

test.serial('those of a stopped process are left alone, and it goes on when it is let', async (t) => {
	const directory = makeDirectory(t);
	const [source, slow, target] = ['app.db', 'slow.db', 'copy.db'].map((name) => join(directory, name)) as [
		string,
		string,
		string,
	];
	makeTagged(source, NEW);
	// In WAL mode, so that "maxRate" holds the copy back.
	makeTagged(slow, OLD, {wal: true, accounts: 1000});
	const {child, run} = await startBackupProcess(t, {source: slow, target, options: {maxRate: 500_000}});
	const outcome = run();
	await until(() => listStaging(directory).length > 0);
	child.signal('SIGSTOP');

	await backup(source, target);
	t.deepEqual(stateOf(target), tagged(NEW));
	t.is(listStaging(directory).length > 0, true);

	child.signal('SIGCONT');
	t.like(await outcome, {status: 'fulfilled'});
	t.deepEqual(stateOf(target), tagged(OLD, 1000));
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db', 'slow.db']);
});

interface Crafted {
	readonly host?: string;
	readonly pid?: number;
	readonly startedAt?: string;
	readonly kept: boolean;
}

/** From a name that was really left: `.hotcopy-<target>.<host>.<pid>.<start>.<random>`. */
const CRAFTED: Readonly<Record<string, Crafted>> = {
	'of a dead process': {kept: false},
	'of a dead process of another host': {host: `${hostname()}-2`, kept: true},
	'of a living process of another host': {host: 'elsewhere', pid: process.pid, kept: true},
	'of an earlier process with the pid of a living one': {pid: process.pid, startedAt: '1', kept: false},
	'of an earlier process with the pid of another living one': {pid: process.ppid, startedAt: '1', kept: false},
	'of a living process that tells no start': {pid: process.pid, startedAt: '', kept: true},
	'of a living process of somebody else': {pid: 1, startedAt: '', kept: true},
};

test.serial('what is stale is told by host, pid and start', async (t) => {
	const files = makeFiles(t);
	const [left = ''] = await leaveStaging(t, files);
	const [, prefix, host, pid, startedAt, random, ...more] = left.split('.');
	t.deepEqual(more, []);
	const names = Object.entries(CRAFTED).map(([what, {kept, ...parts}]) => {
		const name = ['', prefix, parts.host ?? host, parts.pid ?? pid, parts.startedAt ?? startedAt, random].join('.');
		writeFileSync(join(files.directory, name), 'left');
		return {what, kept, name};
	});

	await backup(files.source, files.target);

	const kept = names.filter(({name}) => listStaging(files.directory).includes(name));
	t.deepEqual(
		kept.map(({what}) => what),
		names.filter((one) => one.kept).map(({what}) => what),
	);
});

test.serial('what cannot be removed keeps nobody from making a copy', async (t) => {
	const files = makeFiles(t);
	const [left = ''] = await leaveStaging(t, files);
	// As hard to remove as the file of another user in a directory that all may write to, which root cannot try.
	rmSync(join(files.directory, left));
	mkdirSync(join(files.directory, left));

	await backup(files.source, files.target);

	t.deepEqual(listStaging(files.directory), [left]);
});

// Containers that share a volume: their names differ at the end only, and each has processes of its own.
const inContainer = (name: string): readonly string[] => [
	...['unshare', '--uts', '--pid', '--fork', '--mount-proc', '--kill-child'],
	...['sh', '-c', `hostname ${name} && exec "$@"`, 'sh'],
];
const CONTAINER = 'a-deployment-with-quite-a-long-name-7d9f8b6c5d';

test.serial('those of a living process of another container are left alone', async (t) => {
	if (spawnSync('unshare', inContainer('a').slice(1).concat('true')).status !== 0) {
		t.log('not tried: no namespaces can be made here');
		t.pass();
		return;
	}

	const {directory, source, target} = makeFiles(t);
	await holdBackupProcess(t, {source, target}, {under: inContainer(`${CONTAINER}-aaaaa`)});
	const living = listStaging(directory);
	t.true(living.length > 0);
	const other = await startBackupProcess(t, {source, target}, {under: inContainer(`${CONTAINER}-bbbbb`)});

	t.like(await other.run(), {status: 'fulfilled'});

	t.deepEqual(listStaging(directory), living);
});

test.serial("a user's own files with such names are left alone", async (t) => {
	const files = makeFiles(t);
	const [left = ''] = await leaveStaging(t, files);
	const [, prefix = ''] = left.split('.');
	const own = ['.hotcopy-', '.hotcopy-notes.txt', `.${prefix}`, `.${prefix}.txt`, `${left}.bak`, left.slice(1)];
	for (const name of own) writeFileSync(join(files.directory, name), 'mine');

	await backup(files.source, files.target);

	t.deepEqual(listDirectory(files.directory), ['app.db', 'copy.db', ...own].sort());
});

test.serial('a directory in which no file can be made is told of', async (t) => {
	const {source} = makeFiles(t);

	const error = await t.throwsAsync(backup(source, '/proc/copy.db'), {instanceOf: BackupError});

	t.is(error.code, 'ERR_BACKUP_TARGET');
	t.regex(error.message, /^The target \/proc\/copy\.db cannot be written: (?:ENOENT|EACCES|EPERM)/);
});
