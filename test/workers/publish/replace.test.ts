import {
	appendFileSync,
	closeSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backup, SQLITE_DONE} from '../../../src/index.js';
import {backupAlone} from '../../helpers/alone.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;

type Prepare = (t: ExecutionContext, target: string) => void | Promise<void>;

const OLD_TARGETS: Readonly<Record<string, Prepare>> = {
	'no target': () => undefined,
	'a rollback-journal database': (_t, target) => {
		makeTagged(target, OLD);
	},
	'a WAL database': (_t, target) => {
		makeTagged(target, OLD, {wal: true});
	},
	'a larger database with another page size': (_t, target) => {
		makeTagged(target, OLD, {accounts: 2000, pageSize: 1024});
	},
	'a database whose writer was killed with a WAL': async (t, target) => {
		makeTagged(target, -1);
		await leaveWal(t, target, OLD);
	},
	'an empty file': (_t, target) => {
		writeFileSync(target, '');
	},
	'an empty file with the sidecars of an older database': async (t, target) => {
		makeTagged(target, -1);
		await leaveWal(t, target, OLD);
		renameSync(`${target}-wal`, `${target}-saved`);
		rmSync(target);
		makeTagged(target, -1);
		await leaveHotJournal(t, target);
		renameSync(`${target}-saved`, `${target}-wal`);
		writeFileSync(target, '');
	},
	'a database with a damaged page': (_t, target) => {
		makeTagged(target, OLD);
		damage(target, 4096);
	},
	'a database with a damaged schema': (_t, target) => {
		makeTagged(target, OLD);
		damage(target, 100);
	},
	'a database cut short': (_t, target) => {
		makeTagged(target, OLD);
		writeFileSync(target, readFileSync(target).subarray(0, 5000));
	},
	'a database with bytes behind its end': (_t, target) => {
		makeTagged(target, OLD);
		appendFileSync(target, Buffer.alloc(10_000, 0xa5));
	},
};

const CRASHED_TARGETS: typeof OLD_TARGETS = {
	'a database whose writer was killed in mid-transaction': async (t, target) => {
		makeTagged(target, OLD);
		await leaveHotJournal(t, target);
	},
};

function damage(path: string, from: number): void {
	const descriptor = openSync(path, 'r+');
	const {size} = statSync(path);
	writeSync(descriptor, Buffer.alloc(size - from, 0xa5), 0, size - from, from);
	closeSync(descriptor);
}

for (const [what, prepare] of Object.entries({...OLD_TARGETS, ...CRASHED_TARGETS})) {
	for (const wal of [false, true]) {
		test.serial(`'replace' puts a copy of a ${wal ? 'WAL' : 'rollback'} source in the place of ${what}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			makeTagged(source, NEW, {wal});
			await prepare(t, target);

			const result = await backup(source, target);

			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
			t.is(statSync(target).size, result.bytes);
			t.deepEqual(stateOf(target), tagged(NEW));
		});
	}
}

/** Fails a job at the last moment at which it can fail, the callback's last call. */
async function failLate(t: ExecutionContext, directory: string, target: string): Promise<void> {
	const source = join(directory, 'app.db');
	makeTagged(source, NEW);
	const refusal = new Error('no');
	const progress = (status: number): void => {
		if (status === SQLITE_DONE) throw refusal;
	};

	t.is(await t.throwsAsync(backupAlone(source, target, {progress})), refusal);
}

for (const [what, prepare] of Object.entries(OLD_TARGETS)) {
	test.serial(`a backup that fails leaves ${what} as it was, byte by byte`, async (t) => {
		const directory = makeDirectory(t);
		const target = join(directory, 'copy.db');
		await prepare(t, target);
		const [files, names] = [fingerprint(target), listDirectory(directory)];

		await failLate(t, directory, target);

		t.deepEqual(fingerprint(target), files);
		t.deepEqual(listDirectory(directory), ['app.db', ...names].sort());
	});
}

for (const [what, prepare] of Object.entries(CRASHED_TARGETS)) {
	test.serial(`a backup that fails leaves what a crash left of ${what}`, async (t) => {
		const directory = makeDirectory(t);
		const target = join(directory, 'copy.db');
		await prepare(t, target);

		await failLate(t, directory, target);

		t.deepEqual(stateOf(target), tagged(OLD));
	});
}
