import {truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type Database from 'better-sqlite3';
import {BackupManager, type BackupOptions, type ManagerOptions, type StrategyName} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import type {CopyRequest, SourceRequest, TargetRequest} from '../../../src/protocol.js';
import {findSourceFile, type SourceFile} from '../../../workers/source/open.js';
import {chooseStrategy} from '../../../workers/strategies/choose.js';
import {healthOf, healthy, makeAccounts} from '../../helpers/database.js';
import {makeDirectory} from '../../helpers/directory.js';
import {makeJob} from '../../helpers/job-context.js';

const manager = new BackupManager({maxThreads: 2});
test.after.always(() => manager.close());

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;
/** What is cloned where it is known to be on a local disk. */
const LARGE: StrategyName = process.platform === 'linux' ? 'clone' : 'pages';
const MIB = 1024 * 1024;

interface Choice {
	readonly copy?: Partial<CopyRequest>;
	readonly target?: TargetRequest['kind'];
	/** Bytes of the source's file, and of the WAL beside it; without the first, it is a database in memory. */
	readonly bytes?: number;
	readonly wal?: number;
	readonly chosen: StrategyName;
}

const CHOICES: Readonly<Record<string, Choice>> = {
	'a small file': {bytes: 4096, chosen: 'serialize'},
	'an empty file': {bytes: 0, chosen: 'serialize'},
	'the largest small file': {bytes: MIB, chosen: 'serialize'},
	'the smallest large file': {bytes: 16 * MIB + 1, chosen: LARGE},
	'a small file whose WAL makes it the largest small one': {bytes: 4096, wal: MIB - 4096, chosen: 'serialize'},
	'a small file whose WAL makes it large': {bytes: 4096, wal: 16 * MIB - 4095, chosen: LARGE},
	'a database in memory': {chosen: 'serialize'},
	'a small file in steps': {bytes: 4096, copy: {pages: 1}, chosen: 'pages'},
	'a large file in steps': {bytes: 100 * MIB, copy: {pages: 1000}, chosen: 'pages'},
	'a database in memory, in steps': {copy: {pages: 1}, chosen: 'pages'},
	'a small file at a rate': {bytes: 4096, copy: {maxRate: 1}, chosen: 'pages'},
	'a large file at a rate': {bytes: 100 * MIB, copy: {maxRate: 1e9}, chosen: 'pages'},
	'a snapshot of a large file': {bytes: 100 * MIB, target: 'memory', chosen: 'serialize'},
	'a snapshot in steps': {bytes: 100 * MIB, target: 'memory', copy: {pages: 1}, chosen: 'pages'},
};

function makeFile(directory: string, bytes: number, wal: number): SourceFile {
	const path = join(directory, 'app.db');
	writeFileSync(path, '');
	// Sparse: nobody looks into them.
	truncateSync(path, bytes);
	if (wal > 0) {
		writeFileSync(`${path}-wal`, '');
		truncateSync(`${path}-wal`, wal);
	}

	return findSourceFile({kind: 'file', path});
}

for (const [what, {copy, target = 'file', bytes, wal = 0, chosen}] of Object.entries(CHOICES)) {
	test.serial(`'auto' takes ${chosen} for ${what}`, (t) => {
		const file = bytes === undefined ? undefined : makeFile(makeDirectory(t), bytes, wal);
		const source: SourceRequest =
			file === undefined
				? {kind: 'bytes', bytes: new ArrayBuffer(0), label: ':memory:'}
				: {kind: 'file', path: file.path};
		const {request} = makeJob(t, {source, target: {kind: target}, ...(copy === undefined ? {} : {copy})});

		t.is(chooseStrategy(request, file).name, chosen);
	});
}

for (const strategy of STRATEGY_NAMES) {
	test.serial(`${strategy} is taken where it is asked for, but for a rate`, (t) => {
		const file = makeFile(makeDirectory(t), 100 * MIB, 0);
		for (const pages of [0, 10]) {
			t.is(chooseStrategy(makeJob(t, {copy: {strategy, pages}}).request, file).name, strategy);
			t.is(chooseStrategy(makeJob(t, {copy: {strategy, pages, maxRate: 1e9}}).request, file).name, 'pages');
		}
	});
}

onLinux('of files that are neither small nor large, the second one is worth a child process', (t) => {
	const request = {...makeJob(t).request, keepChild: 1000};
	const again = (bytes: number): string => {
		const file = makeFile(makeDirectory(t), bytes, 0);
		chooseStrategy(request, file);
		return chooseStrategy(request, file).name;
	};

	t.is(again(MIB), 'serialize');
	t.is(again(MIB + 1), 'clone');
	t.is(again(16 * MIB), 'clone');
});

onLinux('a large file is not cloned from a disk that is not known to be local, or is gone', (t) => {
	const {request} = makeJob(t);
	const file = makeFile(makeDirectory(t), 100 * MIB, 0);

	t.is(chooseStrategy(request, {...file, path: '/proc/cpuinfo'}).name, 'pages');
	t.is(chooseStrategy(request, {...file, path: `${file.path}-gone`}).name, 'pages');
});

interface Ran {
	readonly source: 'small' | 'large' | 'memory';
	readonly options?: BackupOptions;
	readonly ran: StrategyName;
}

/** What the result of a backup says, of real databases. */
const RUNS: readonly Ran[] = [
	{source: 'small', ran: 'serialize'},
	{source: 'small', options: {pages: -1}, ran: 'serialize'},
	{source: 'small', options: {snapshot: 'none'}, ran: 'serialize'},
	{source: 'small', options: {pages: 5}, ran: 'pages'},
	{source: 'small', options: {maxRate: 1e9}, ran: 'pages'},
	{source: 'small', options: {strategy: 'vacuum', maxRate: 1e9}, ran: 'pages'},
	{source: 'small', options: {strategy: 'clone', pages: 5}, ran: LARGE},
	{source: 'large', ran: LARGE},
	{source: 'large', options: {pages: 1000}, ran: 'pages'},
	{source: 'large', options: {strategy: 'serialize'}, ran: 'serialize'},
	{source: 'memory', ran: 'serialize'},
	{source: 'memory', options: {pages: 5}, ran: 'pages'},
	{source: 'memory', options: {strategy: 'clone'}, ran: 'pages'},
	{source: 'memory', options: {strategy: 'vacuum'}, ran: 'vacuum'},
];

/** Some 17 MB. */
const ACCOUNTS = {small: {}, large: {accounts: 1700, filler: 10_000}, memory: {}} as const;

test.serial('the result says which strategy ran', async (t) => {
	const directory = makeDirectory(t);
	const target = join(directory, 'copy.db');
	const memory = makeAccounts(':memory:');
	const sources: Record<Ran['source'], string | Database.Database> = {
		small: join(directory, 'small.db'),
		large: join(directory, 'large.db'),
		memory,
	};
	for (const name of ['small', 'large'] as const) makeAccounts(join(directory, `${name}.db`), ACCOUNTS[name]).close();

	for (const {source, options, ran} of RUNS) {
		const {strategy} = await manager.backup(sources[source], target, options);

		t.is(strategy, ran, `${source}, ${JSON.stringify(options)}`);
		t.deepEqual(healthOf(target), healthy(source === 'large' ? ACCOUNTS.large.accounts : undefined));
	}

	memory.close();
});

/** Some 5 MB. */
const MIDDLING = {accounts: 500, filler: 10_000};

/** One thread, and a database that is neither small nor large. */
function setUpMiddling(
	t: ExecutionContext,
	options: ManagerOptions = {},
): {
	readonly manager: BackupManager;
	readonly copy: () => Promise<StrategyName>;
} {
	const directory = makeDirectory(t);
	makeAccounts(join(directory, 'app.db'), MIDDLING).close();
	const alone = new BackupManager({maxThreads: 1, ...options});
	t.teardown(() => alone.close());
	return {
		manager: alone,
		async copy() {
			const {strategy} = await alone.backup(join(directory, 'app.db'), join(directory, 'copy.db'));
			t.deepEqual(healthOf(join(directory, 'copy.db')), healthy(MIDDLING.accounts));
			return strategy;
		},
	};
}

onLinux('a single file between the sizes is not worth a child process, more of them are', async (t) => {
	const {copy} = setUpMiddling(t);
	t.is(await copy(), 'serialize');
	t.is(await copy(), 'clone');
	t.is(await copy(), 'clone');
});

onLinux('not even those, where no child is kept for the next', async (t) => {
	const {copy} = setUpMiddling(t, {idleTimeout: 1});
	for (let time = 0; time < 3; time++) t.is(await copy(), 'serialize');
});

onLinux('nor is one needed where the thread has it already', async (t) => {
	const {manager: alone, copy} = setUpMiddling(t);
	const directory = makeDirectory(t);
	makeAccounts(join(directory, 'app.db')).close();
	await alone.backup(join(directory, 'app.db'), join(directory, 'copy.db'), {verify: 'quick'});
	t.is(await copy(), 'clone');
});
