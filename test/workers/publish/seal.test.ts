import {chmodSync, chownSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {backup, SQLITE_DONE, type BackupOptions} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {startBackupProcess} from '../../helpers/backup-process.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;
const AS_ROOT = process.getuid?.() === 0;
/** Any user who is not root, to whom permissions do not apply. */
const OTHER_USER = 65_534;

interface Files {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function makeFiles(t: ExecutionContext): Files {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	makeTagged(source, NEW);
	return {directory, source, target};
}

function bitsOf(path: string): string {
	return (statSync(path).mode & 0o777).toString(8);
}

interface Bits {
	readonly source: number;
	/** Those of a target that is there already. */
	readonly old?: number;
	readonly mode?: number;
	readonly expected: number;
}

const BITS: readonly Bits[] = [
	{source: 0o644, expected: 0o644},
	{source: 0o600, expected: 0o600},
	{source: 0o640, expected: 0o640},
	{source: 0o666, expected: 0o666},
	{source: 0o444, expected: 0o444},
	{source: 0o644, mode: 0o600, expected: 0o600},
	{source: 0o644, mode: 0o444, expected: 0o444},
	{source: 0o644, mode: 0o664, expected: 0o664},
	{source: 0o600, mode: 0o644, expected: 0o600},
	{source: 0o640, mode: 0o644, expected: 0o640},
	{source: 0o604, mode: 0o644, expected: 0o604},
	{source: 0o644, old: 0o600, expected: 0o600},
	{source: 0o644, old: 0o640, expected: 0o640},
	{source: 0o640, old: 0o644, expected: 0o640},
	{source: 0o600, old: 0o666, expected: 0o600},
	{source: 0o644, old: 0o600, mode: 0o644, expected: 0o644},
	{source: 0o600, old: 0o644, mode: 0o644, expected: 0o600},
];

for (const {source: bits, old, mode, expected} of BITS) {
	const [was, wanted] = [old, mode].map((value) => (value === undefined ? 'none' : value.toString(8)));
	const title = `source ${bits.toString(8)}, old target ${was ?? ''}, mode ${wanted ?? ''}: copy ${expected.toString(8)}`;
	test.serial(title, async (t) => {
		const {source, target} = makeFiles(t);
		chmodSync(source, bits);
		if (old !== undefined) {
			makeTagged(target, OLD);
			chmodSync(target, old);
		}

		await backup(source, target, {mode});

		t.is(bitsOf(target), expected.toString(8));
		t.is(bitsOf(source), bits.toString(8));
	});
}

for (const umask of ['000', '022', '077']) {
	test.serial(`a umask of ${umask} neither adds to the bits of a copy nor takes from them`, async (t) => {
		const {source, target} = makeFiles(t);
		chmodSync(source, 0o664);
		const under = ['sh', '-c', `umask ${umask} && exec "$@"`, 'sh'];
		const {run} = await startBackupProcess(t, {source, target}, {under});

		t.like(await run(), {status: 'fulfilled'});

		t.is(bitsOf(target), '664');
	});
}

test.serial('a copy of a database without a file is for its owner alone, unless "mode" says more', async (t) => {
	const directory = makeDirectory(t);
	const memory = new Database(':memory:');
	memory.exec('CREATE TABLE t (a)');
	const cases: readonly (readonly [string, BackupOptions, string])[] = [
		['a.db', {}, '600'],
		['b.db', {mode: 0o644}, '644'],
		['c.db', {mode: 0o400}, '400'],
	];
	for (const [name, options, expected] of cases) {
		await backup(memory, join(directory, name), options);
		t.is(bitsOf(join(directory, name)), expected);
	}
});

/** Ways to copy that a callback can look into, and those of which it sees only the end. */
const COPIES: readonly BackupOptions[] = [
	{pages: 2, snapshot: 'none'},
	...STRATEGY_NAMES.map((strategy) => ({strategy})),
];

for (const bits of [0o600, 0o640, 0o644]) {
	for (const existing of ['replace', 'overwrite', 'fail'] as const) {
		test.serial(
			`'${existing}': what is copied of a ${bits.toString(8)} source is never open to more readers`,
			async (t) => {
				const {directory, source, target} = makeFiles(t);
				chmodSync(source, bits);
				for (const options of COPIES) {
					rmSync(target, {force: true});
					const seen = new Set<string>();
					const progress = (status: number): void => {
						for (const name of listDirectory(directory)) {
							if (!name.startsWith('.hotcopy-')) continue;
							const readers = statSync(join(directory, name)).mode & 0o444;
							seen.add(`${status === SQLITE_DONE ? 'done' : 'copying'}: ${(readers & ~bits).toString(8)}`);
						}
					};

					await backup(source, target, {...options, existing, progress});

					const moments = options.pages === undefined ? ['done'] : ['copying', 'done'];
					t.deepEqual(
						[...seen].sort(),
						moments.map((moment) => `${moment}: 0`),
					);
					t.is(bitsOf(target), bits.toString(8));
				}
			},
		);
	}
}

test.serial("a copy belongs to the source's group, so that its bits mean the same", async (t) => {
	if (!AS_ROOT) {
		t.log('not tried: only root can give a file to another group');
		t.pass();
		return;
	}

	const {source, target} = makeFiles(t);
	chownSync(source, 0, OTHER_USER);
	chmodSync(source, 0o640);

	await backup(source, target);

	t.is(statSync(target).gid, OTHER_USER);
	t.is(bitsOf(target), '640');
});

interface OtherUser {
	readonly bits: number;
	/** Whose group the source has. */
	readonly group: number;
	readonly expected: number;
}

const OTHER_USERS: Readonly<Record<string, OtherUser>> = {
	'of a group that is not theirs': {bits: 0o640, group: 12_345, expected: 0o600},
	'of another group, which all may read': {bits: 0o644, group: 12_345, expected: 0o644},
	'of another group, which all but that may read': {bits: 0o604, group: 12_345, expected: 0o600},
};

for (const [what, {bits, group, expected}] of Object.entries(OTHER_USERS)) {
	test.serial(`a user who is not root copies a source ${what}`, async (t) => {
		if (!AS_ROOT) {
			t.log('not tried: only root can become another user');
			t.pass();
			return;
		}

		const {directory, source, target} = makeFiles(t);
		chownSync(directory, OTHER_USER, OTHER_USER);
		chownSync(source, OTHER_USER, group);
		chmodSync(source, bits);
		const {run} = await startBackupProcess(t, {source, target}, {uid: OTHER_USER});

		t.like(await run(), {status: 'fulfilled', message: undefined});

		t.is(bitsOf(target), expected.toString(8));
		t.is(statSync(target).uid, OTHER_USER);
		t.deepEqual(stateOf(target), tagged(NEW));
	});
}
