import {join} from 'node:path';
import test from 'ava';
import {BackupManager} from '../../src/index.js';
import {BACKUP_DEFAULTS, type BackupOptions} from '../../src/options.js';
import {fillBackupOptions} from '../../src/validate-backup.js';
import {makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {assertBackupRefused, assertManagerRefused, callBackup, type Refusal} from '../helpers/refusal.js';

type Option = keyof BackupOptions;

const OPTIONS = Object.keys(BACKUP_DEFAULTS) as Option[];
const SOURCE = '/nowhere/app.db';
const TARGET = '/nowhere/copy.db';

interface Wrong {
	/** Values of a type that the option does not take, or of a choice that it does not have. */
	readonly type: readonly unknown[];
	readonly range: readonly unknown[];
	/** What was expected, as the message says it. */
	readonly expected: string;
}

const WRONG: Readonly<Record<Option, Wrong>> = {
	pages: {
		type: ['1', true, 1n, {}, [1]],
		range: [1.5, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31)],
		expected: 'an integer',
	},
	progress: {type: ['print', {}, 1, true], range: [], expected: 'a function'},
	name: {type: [1, {}, ['main'], true], range: [], expected: 'a string'},
	attach: {type: ['a.db', ['a.db'], 1, true], range: [], expected: 'an object of paths by name'},
	sleep: {
		type: ['0.25', true, 1n],
		range: [-1, -0.001, NaN, Infinity, -Infinity],
		expected: 'a number of seconds >= 0',
	},
	signal: {
		type: [{}, 'abort', new AbortController(), new EventTarget(), {aborted: 0, addEventListener: Object}],
		range: [],
		expected: 'an AbortSignal',
	},
	maxRate: {
		type: ['1000', true, 1n],
		range: [0, -1, NaN, -Infinity],
		expected: 'a number of bytes a second greater than 0 or Infinity',
	},
	snapshot: {type: ['Pin', '', 1, true, ['pin']], range: [], expected: "one of 'auto', 'pin', 'none'"},
	strategy: {type: ['fast', '', 1, true], range: [], expected: "one of 'auto', 'pages'"},
	existing: {type: ['Replace', '', 1, true], range: [], expected: "one of 'replace', 'overwrite', 'fail'"},
	verify: {type: ['Quick', '', true, 1], range: [], expected: "one of false, 'quick', 'full'"},
	checksum: {type: ['SHA256', 'md5', '', true, 1], range: [], expected: "one of false, 'sha256'"},
	maxWalBytes: {
		type: ['1000', true, 1n],
		range: [0, -1, NaN, -Infinity],
		expected: 'a number of bytes greater than 0 or Infinity',
	},
	stallTimeout: {
		type: ['60', true, 1n],
		range: [-1, NaN, -Infinity],
		expected: 'a number of milliseconds >= 0 or Infinity',
	},
	timeout: {
		type: ['60', true, 1n],
		range: [0, -1, NaN, -Infinity, 2 ** 31],
		expected: 'a number of milliseconds above 0 to 2147483647 or Infinity',
	},
	mode: {type: ['0600', true, 1n], range: [-1, 0o1000, 1.5, NaN, Infinity], expected: 'an integer from 0 to 511'},
	journalMode: {type: ['DELETE', 'wal', '', true], range: [], expected: "one of 'keep', 'delete'"},
	priority: {type: ['high', true, 1n], range: [0.5, NaN, Infinity, -Infinity], expected: 'an integer'},
};

const RIGHT: Readonly<Record<Option, readonly unknown[]>> = {
	pages: [0, -0, -1, 1, 2 ** 31 - 1, -(2 ** 31 - 1)],
	progress: [() => 0, async () => Promise.resolve()],
	name: ['main', 'temp', 'MAIN', 'a b', ''],
	attach: [{}, {other: 'other.db', third: new URL('file:///third.db')}],
	sleep: [0, 0.001, 1, 1e9],
	signal: [new AbortController().signal, AbortSignal.timeout(1e6)],
	maxRate: [0.5, 1, Infinity],
	snapshot: ['auto', 'pin', 'none'],
	strategy: ['auto', 'pages'],
	existing: ['replace', 'overwrite', 'fail'],
	verify: [false, 'quick', 'full'],
	checksum: [false, 'sha256'],
	maxWalBytes: [0.5, 1, Infinity],
	stallTimeout: [0, 0.5, 1e12, Infinity],
	timeout: [0.5, 1, 2 ** 31 - 1, Infinity],
	mode: [0, 0o600, 0o777],
	journalMode: ['keep', 'delete'],
	priority: [0, -1, 1, Number.MIN_SAFE_INTEGER],
};

const MISSPELT: readonly (readonly [string, Option])[] = [
	['page', 'pages'],
	['onProgress', 'progress'],
	['Name', 'name'],
	['attached', 'attach'],
	['sleeep', 'sleep'],
	['signals', 'signal'],
	['maxrate', 'maxRate'],
	['snapshots', 'snapshot'],
	['stratergy', 'strategy'],
	['exists', 'existing'],
	['verfy', 'verify'],
	['checkSum', 'checksum'],
	['maxWALbytes', 'maxWalBytes'],
	['stall_timeout', 'stallTimeout'],
	['timeOut', 'timeout'],
	['mod', 'mode'],
	['journal_mode', 'journalMode'],
	['priorty', 'priority'],
];

for (const option of OPTIONS) {
	const {type, range, expected} = WRONG[option];
	const refused: readonly (readonly [Refusal['kind'], readonly unknown[]])[] = [
		['TypeError', [null, Symbol('x'), ...type]],
		['RangeError', range],
	];
	test.serial(`${option}: a wrong value is refused before anything is queued`, async (t) => {
		for (const [kind, values] of refused) {
			for (const value of values) {
				const refusal = {kind, says: [`backup option "${option}"`, expected]};
				await assertBackupRefused(t, [SOURCE, TARGET, {[option]: value}], refusal);
				assertManagerRefused(t, {defaults: {[option]: value}}, refusal);
			}
		}
	});

	test.serial(`${option}: right values are taken`, (t) => {
		for (const value of RIGHT[option]) {
			t.is<unknown, unknown>(fillBackupOptions(BACKUP_DEFAULTS, {[option]: value})[option], value);
			t.notThrows(() => new BackupManager({defaults: {[option]: value}}));
		}
	});

	test.serial(`${option}: undefined counts as left out`, (t) => {
		const [value] = RIGHT[option];
		const defaults = fillBackupOptions(BACKUP_DEFAULTS, {[option]: value});
		t.is<unknown, unknown>(fillBackupOptions(defaults, {[option]: undefined})[option], value);
	});
}

for (const [misspelt, option] of MISSPELT) {
	test.serial(`the misspelt option ${misspelt} is told from ${option}`, async (t) => {
		const refusal: Refusal = {kind: 'TypeError', says: [`"${misspelt}"`, `"${option}"`]};
		await assertBackupRefused(t, [SOURCE, TARGET, {[misspelt]: undefined}], refusal);
		assertManagerRefused(t, {defaults: {[misspelt]: undefined}}, refusal);
	});
}

test.serial('every option has its cases', (t) => {
	t.deepEqual(Object.keys(WRONG), OPTIONS);
	t.deepEqual(Object.keys(RIGHT), OPTIONS);
	t.deepEqual(
		MISSPELT.map(([, option]) => option),
		OPTIONS,
	);
});

test.serial('an option that is like none is refused with a list of those there are', async (t) => {
	const says = ['"xyzzy"', ...OPTIONS];
	await assertBackupRefused(t, [SOURCE, TARGET, {xyzzy: 1}], {kind: 'TypeError', says});
});

test.serial('names that every object inherits are no options', async (t) => {
	for (const name of ['toString', 'constructor', 'hasOwnProperty', '__proto__']) {
		const options: unknown = JSON.parse(`{"${name}": 1}`);
		await assertBackupRefused(t, [SOURCE, TARGET, options], {kind: 'TypeError', says: [`"${name}"`]});
	}
});

test.serial('options that are no object are refused', async (t) => {
	for (const options of [null, 1, 'pages', true, [1], () => 0]) {
		await assertBackupRefused(t, [SOURCE, TARGET, options], {kind: 'TypeError', says: ['backup options']});
	}
});

test.serial('a database that is attached under a name of SQLite is refused', async (t) => {
	for (const name of ['main', 'MAIN', 'temp', 'Temp']) {
		const refusal: Refusal = {kind: 'TypeError', says: ['"attach"', name]};
		await assertBackupRefused(t, [SOURCE, TARGET, {attach: {[name]: 'a.db'}}], refusal);
		assertManagerRefused(t, {defaults: {attach: {[name]: 'a.db'}}}, refusal);
	}
});

test.serial('a signal of another realm is a signal', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	await using manager = new BackupManager();
	const events = new EventTarget();
	// All that another realm's signal has in common with this one's.
	const foreign = {
		aborted: false,
		reason: undefined,
		addEventListener: events.addEventListener.bind(events),
		removeEventListener: events.removeEventListener.bind(events),
	};

	const promise = callBackup(manager, [source, join(directory, 'copy.db'), {signal: foreign}]);
	events.dispatchEvent(new Event('abort'));

	const error = await t.throwsAsync(promise, {name: 'AbortError'});
	t.like(error, {code: 'ABORT_ERR'});
	t.deepEqual(listDirectory(directory), ['app.db']);
});
