import {spawnSync} from 'node:child_process';
import {statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {backup, type BackupOptions} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {callsOf, type Call} from '../helpers/calls.js';
import {makeAccounts, type AccountsOptions} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {isInstalled} from '../helpers/program.js';
import {PYTHON} from '../helpers/python.js';

/** Makes a database, and tells how many pages it has. */
function makePages(path: string, {pageSize = 4096, ...options}: AccountsOptions): number {
	makeAccounts(path, {...options, pageSize}).close();
	return statSync(path).size / pageSize;
}

async function record(source: string, target: string, options: BackupOptions): Promise<Call[]> {
	const calls: Call[] = [];
	const {strategy} = await backup(source, target, {...options, progress: (...call) => calls.push(call)});
	if (options.strategy !== undefined && strategy !== options.strategy) throw new Error(`It was done by ${strategy}`);
	return calls;
}

const TARGETS: Readonly<Record<string, {readonly options: BackupOptions; readonly exists: boolean}>> = {
	'a new target': {options: {}, exists: false},
	'a new target that must not exist': {options: {existing: 'fail'}, exists: false},
	'a target that is replaced': {options: {existing: 'replace'}, exists: true},
	'a target that is overwritten': {options: {existing: 'overwrite'}, exists: true},
};

for (const [title, {options, exists}] of Object.entries(TARGETS)) {
	test.serial(`two pages, ${title}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		t.is(makePages(source, {accounts: 1}), 2);
		const cases: readonly (readonly [pages: number, calls: readonly Call[]])[] = [
			[
				1,
				[
					[0, 1, 2],
					[101, 0, 2],
				],
			],
			[2, [[101, 0, 2]]],
			[3, [[101, 0, 2]]],
			[2 ** 31 - 1, [[101, 0, 2]]],
			[0, [[101, 0, 2]]],
			[-1, [[101, 0, 2]]],
			[-(2 ** 31 - 1), [[101, 0, 2]]],
		];

		for (const [pages, calls] of cases) {
			const target = join(directory, `copy${String(pages)}.db`);
			if (exists) makeAccounts(target).close();
			t.deepEqual(await record(source, target, {...options, pages}), calls);
		}
	});
}

test.serial('all at once is the default', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const total = makePages(source, {});
	t.deepEqual(await record(source, join(directory, 'copy.db'), {}), [[101, 0, total]]);
});

const DATABASES: Readonly<Record<string, AccountsOptions>> = {
	'some pages': {accounts: 60},
	'some pages, in WAL mode': {accounts: 60, wal: true},
	// More than is copied in one native call, of which the caller is not to see anything.
	'3 MB': {accounts: 5000},
	'4 MB, in WAL mode, in large pages': {accounts: 7000, pageSize: 65_536, wal: true},
};

/** Taken in turn. */
const SNAPSHOTS = ['auto', 'pin', 'none'] as const;

/** Numbers of pages a step: every small one, and those around a step, two steps and the whole. */
function stepsFor(total: number): number[] {
	const half = Math.ceil(total / 2);
	const many = total > 100 ? [100, 512, 513] : [1, 2, 3];
	return [...many, half - 1, half, total - 1, total, total + 1, 0, -7];
}

const hasPython = isInstalled(PYTHON);

function callsOfPython(path: string, steps: readonly number[]): unknown {
	const script = fileURLToPath(new URL('../fixtures/cpython-backup.py', import.meta.url));
	const {stdout, stderr} = spawnSync(PYTHON, [script, path, JSON.stringify(steps)], {encoding: 'utf8'});
	if (stdout === '') throw new Error(stderr);
	return JSON.parse(stdout);
}

for (const [title, options] of Object.entries(DATABASES)) {
	for (const strategy of STRATEGY_NAMES) {
		test.serial(`one call a step: ${title}, by ${strategy}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const total = makePages(source, options);
			for (const [index, pages] of stepsFor(total).entries()) {
				const snapshot = SNAPSHOTS[index % SNAPSHOTS.length];
				const calls = await record(source, join(directory, 'copy.db'), {pages, snapshot, strategy});
				t.deepEqual(calls, callsOf(total, pages), `${String(pages)} of ${String(total)}, ${String(snapshot)}`);
			}
		});
	}

	// On a machine without Python, the definition above stands in for it.
	(hasPython ? test.serial : test.serial.skip)(`the same calls as CPython: ${title}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const steps = stepsFor(makePages(source, options));
		const ours: Call[][] = [];
		for (const pages of steps) ours.push(await record(source, join(directory, 'copy.db'), {pages}));
		t.deepEqual(ours as unknown, callsOfPython(source, steps));
	});
}

test.serial('a database of no pages has one step', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'empty.db');
	writeFileSync(source, '');
	for (const pages of [0, 1]) {
		t.deepEqual(await record(source, join(directory, `copy${String(pages)}.db`), {pages}), [[101, 0, 0]]);
	}
});

for (const strategy of STRATEGY_NAMES) {
	test.serial(`pages that are in the WAL only are steps as well: by ${strategy}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const handle = makeAccounts(source, {wal: true, accounts: 200});
		t.teardown(() => handle.close());
		const total = Number(handle.pragma('page_count', {simple: true}));
		t.true(statSync(source).size < total * 4096);

		const calls = await record(source, join(directory, 'copy.db'), {pages: 5, strategy});

		t.deepEqual(calls, callsOf(total, 5));
	});
}

(hasPython ? test.serial : test.serial.skip)('the same calls as CPython: a database of no pages', (t) => {
	const source = join(makeDirectory(t), 'empty.db');
	writeFileSync(source, '');
	t.deepEqual(callsOfPython(source, [0, 1]), [[[101, 0, 0]], [[101, 0, 0]]]);
});

/** Blocks the main thread, so that reports pile up. */
function block(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

for (const wal of [true, false]) {
	for (const snapshot of ['pin', 'none'] as const) {
		test.serial(
			`a slow callback has every call, in order, before the promise settles: ${snapshot}, ${wal ? 'WAL' : 'rollback'}`,
			async (t) => {
				const directory = makeDirectory(t);
				const source = join(directory, 'app.db');
				const total = makePages(source, {accounts: 2500, pageSize: 512, wal});
				t.true(total > 2000);
				const heard: (Call | 'settled')[] = [];

				const settled = backup(source, join(directory, 'copy.db'), {
					pages: 1,
					snapshot,
					progress: (...call) => {
						heard.push(call);
						if (heard.length === 1) block(200);
						else if (heard.length % 50 === 0) block(2);
						else if (heard.length === total) block(50);
					},
				}).finally(() => heard.push('settled'));
				await settled;

				t.deepEqual(heard, [...callsOf(total, 1), 'settled']);
			},
		);
	}
}
