import {join} from 'node:path';
import test from 'ava';
import {BackupManager, type BackupOptions, type ManagerOptions} from '../../src/index.js';
import {fillManagerOptions} from '../../src/manager-options.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {assertManagerRefused, type Refusal} from '../helpers/refusal.js';

interface Row {
	readonly type: readonly unknown[];
	readonly range: readonly unknown[];
	/** What was expected, as the message says it. */
	readonly expected: string;
	readonly right: readonly unknown[];
	readonly misspelt: string;
}

const MILLISECONDS = 'a number of milliseconds from 0 to 2147483647 or Infinity';

const OPTIONS: Readonly<Record<keyof ManagerOptions, Row>> = {
	minThreads: {
		type: ['1', true, 1n],
		range: [-1, 0.5, NaN, Infinity],
		expected: 'an integer >= 0',
		right: [0, 1],
		misspelt: 'minThread',
	},
	maxThreads: {
		type: ['1', true, 1n],
		range: [0, -1, 1.5, NaN, Infinity],
		expected: 'an integer >= 1',
		right: [1, 64],
		misspelt: 'maxthreads',
	},
	idleTimeout: {
		type: ['1', true, 1n],
		range: [-1, NaN, -Infinity, 2 ** 31],
		expected: MILLISECONDS,
		right: [0, 0.5, 2 ** 31 - 1, Infinity],
		misspelt: 'idle_timeout',
	},
	maxQueue: {
		type: ['auto', true, 1n],
		range: [-1, 0.5, NaN, -Infinity],
		expected: 'an integer >= 0 or Infinity',
		right: [0, 1, Infinity],
		misspelt: 'maxQueu',
	},
	closeTimeout: {
		type: ['1', true, 1n],
		range: [-1, NaN, -Infinity, 2 ** 31],
		expected: MILLISECONDS,
		right: [0, 0.5, 2 ** 31 - 1, Infinity],
		misspelt: 'closingTimeout',
	},
	progressInterval: {
		type: ['1', true, 1n],
		range: [-1, NaN, -Infinity],
		expected: 'a number of milliseconds >= 0 or Infinity',
		right: [0, 0.5, Infinity],
		misspelt: 'progressIntervall',
	},
	defaults: {
		type: ['pages', [1], 1, true],
		range: [],
		expected: 'an object of backup options',
		right: [{}, {pages: 1, name: 'main'}],
		misspelt: 'default',
	},
	resourceLimits: {
		type: ['1', [1], 1, true],
		range: [],
		expected: 'an object of V8 limits',
		right: [{}, {maxOldGenerationSizeMb: 64}],
		misspelt: 'resourceLimit',
	},
	env: {type: ['A=1', ['A'], 1], range: [], expected: 'an object of strings', right: [{}, {A: '1'}], misspelt: 'envs'},
	argv: {
		type: ['--a', {}, [1], 1],
		range: [],
		expected: 'an array of strings',
		right: [[], ['--a']],
		misspelt: 'argz',
	},
	execArgv: {
		type: ['--a', {}, [1], 1],
		range: [],
		expected: 'an array of strings',
		right: [[], ['--no-warnings']],
		misspelt: 'execArgs',
	},
	niceIncrement: {
		type: ['1', true, 1n],
		range: [-1, 0.5, NaN, Infinity],
		expected: 'an integer >= 0',
		right: [0, 19],
		misspelt: 'niceIncrements',
	},
	atomics: {
		type: ['Sync', '', true, 1],
		range: [],
		expected: "one of 'sync', 'async', 'disabled'",
		right: ['sync', 'async', 'disabled'],
		misspelt: 'atomic',
	},
};

for (const [option, {type, range, expected, right, misspelt}] of Object.entries(OPTIONS)) {
	test.serial(`${option}: a wrong value is refused`, (t) => {
		const says = [`manager option "${option}"`, expected];
		for (const value of [null, Symbol('x'), ...type]) {
			assertManagerRefused(t, {[option]: value}, {kind: 'TypeError', says});
		}

		for (const value of range) assertManagerRefused(t, {[option]: value}, {kind: 'RangeError', says});
	});

	test.serial(`${option}: right values are taken, undefined counts as left out`, (t) => {
		t.deepEqual(fillManagerOptions({[option]: undefined}), fillManagerOptions());
		for (const value of right) t.notThrows(() => new BackupManager({[option]: value}));
	});

	test.serial(`${option}: told from ${misspelt}`, (t) => {
		assertManagerRefused(t, {[misspelt]: undefined}, {kind: 'TypeError', says: [`"${misspelt}"`, `"${option}"`]});
	});
}

test.serial('what is left out is as documented', (t) => {
	t.like(fillManagerOptions(), {
		minThreads: 0,
		maxThreads: 4,
		idleTimeout: 10_000,
		maxQueue: Infinity,
		closeTimeout: Infinity,
		progressInterval: 100,
	});
});

test.serial('options that are no object are refused', (t) => {
	for (const options of [null, 4, 'threads', true, [4], () => 4]) {
		assertManagerRefused(t, options, {kind: 'TypeError', says: ['manager options']});
	}
});

test.serial('more threads at the least than at the most are refused', (t) => {
	const refusal: Refusal = {kind: 'RangeError', says: ['"minThreads" (3)', '"maxThreads" (2)']};
	assertManagerRefused(t, {minThreads: 3, maxThreads: 2}, refusal);
});

test.serial('the threads at the least raise a default that is lower', (t) => {
	t.like(fillManagerOptions({minThreads: 6}), {minThreads: 6, maxThreads: 6});
});

test.serial('an option of a backup is none of a manager', (t) => {
	assertManagerRefused(t, {pages: 1}, {kind: 'TypeError', says: ['manager option "pages"']});
});

test.serial('the defaults hold for every job, and give way to its own options', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {accounts: 1}).close();
	const calls = async (options: BackupOptions): Promise<number> => {
		let count = 0;
		await manager.backup(source, join(directory, 'copy.db'), {...options, progress: () => count++});
		return count;
	};

	await using manager = new BackupManager({defaults: {pages: 1}});

	t.is(await calls({}), 2);
	t.is(await calls({pages: undefined}), 2);
	t.is(await calls({pages: 2}), 1);
});

test.serial('defaults that are changed later change nothing', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	const defaults = {existing: 'fail' as const, name: 'main'};
	await using manager = new BackupManager({defaults});

	defaults.name = 'gone';
	await manager.backup(source, join(directory, 'copy.db'));

	t.deepEqual(healthOf(join(directory, 'copy.db')), healthy());
});

test.serial('a signal among the defaults aborts every job', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	const controller = new AbortController();
	await using manager = new BackupManager({defaults: {signal: controller.signal}});

	const jobs = ['a.db', 'b.db'].map((name) => manager.backup(source, join(directory, name)));
	controller.abort('enough');

	for (const job of jobs) {
		const error = await t.throwsAsync(job, {name: 'AbortError'});
		t.is(error.cause, 'enough');
	}

	await t.throwsAsync(manager.backup(source, join(directory, 'c.db')), {name: 'AbortError'});
	await manager.close();
	t.deepEqual(listDirectory(directory), ['app.db']);
});
