import {execFileSync} from 'node:child_process';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backup, BackupError} from '../../../src/index.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const MODES = ['replace', 'overwrite', 'fail'] as const;
const TAG = 3;

interface Case {
	/** Makes what is in the way, and names source and target in the directory. */
	readonly prepare: (t: ExecutionContext, directory: string) => void | Promise<void>;
	readonly source?: string;
	readonly target?: string;
	readonly message: RegExp;
	/** Where 'fail' says that the target exists, which it does. */
	readonly exists?: boolean;
}

const NOT_REGULAR = /exists and is not a regular file/;
const NAMED_ALIKE = /named like a database and its own "-(?:wal|shm|journal)" file/;

const REFUSED: Readonly<Record<string, Case>> = {
	'a directory': {
		prepare: (_t, directory) => {
			mkdirSync(join(directory, 'copy.db'));
		},
		message: NOT_REGULAR,
		exists: true,
	},
	'a FIFO': {
		prepare: (_t, directory) => {
			execFileSync('mkfifo', [join(directory, 'copy.db')]);
		},
		message: NOT_REGULAR,
		exists: true,
	},
	'a socket': {
		async prepare(t, directory) {
			const server = createServer();
			await new Promise<void>((resolve) => server.listen(join(directory, 'copy.db'), resolve));
			t.teardown(() => server.close());
		},
		message: NOT_REGULAR,
		exists: true,
	},
	'a device': {
		prepare: (_t, directory) => {
			symlinkSync('/dev/null', join(directory, 'copy.db'));
		},
		message: NOT_REGULAR,
		exists: true,
	},
	'a text file': {
		prepare: (_t, directory) => {
			writeFileSync(join(directory, 'copy.db'), 'dear diary\n'.repeat(1000));
		},
		message: /copy\.db.*not a SQLite database.*Remove it or choose another target/,
		exists: true,
	},
	'a short text file': {
		prepare: (_t, directory) => {
			writeFileSync(join(directory, 'copy.db'), 'no');
		},
		message: /copy\.db.*not a SQLite database/,
		exists: true,
	},
	'in a directory that does not exist': {
		prepare: () => undefined,
		target: 'missing/copy.db',
		message: /directory .*missing cannot be used: ENOENT.*Create it/,
	},
	'in a directory that is a file': {
		prepare: () => undefined,
		target: 'app.db/copy.db',
		message: /directory .*app\.db cannot be used: ENOTDIR/,
	},
	...Object.fromEntries(
		['-wal', '-shm', '-journal'].flatMap((suffix): [string, Case][] => [
			[
				`named like the source's own ${suffix}`,
				{prepare: () => undefined, target: `app.db${suffix}`, message: NAMED_ALIKE},
			],
			[
				`a link to the source's own ${suffix}`,
				{
					prepare: (_t, directory) => {
						symlinkSync(join(directory, `app.db${suffix}`), join(directory, 'copy.db'));
					},
					message: NAMED_ALIKE,
				},
			],
			[
				`named like the ${suffix} of a database beside it`,
				{
					prepare: (_t, directory) => {
						makeTagged(join(directory, 'other.db'), TAG);
					},
					target: `other.db${suffix}`,
					message: /is named like the "-(?:wal|shm|journal)" file of .*other\.db/,
				},
			],
			[
				`such that the source is named like its ${suffix}`,
				{prepare: () => undefined, source: `copy.db${suffix}`, message: NAMED_ALIKE},
			],
		]),
	),
};

for (const [what, {prepare, source = 'app.db', target = 'copy.db', message, exists = false}] of Object.entries(
	REFUSED,
)) {
	test.serial(`refuses a target that is ${what}`, async (t) => {
		const directory = makeDirectory(t);
		const [from, to] = [join(directory, source), join(directory, target)];
		makeTagged(from, TAG);
		await prepare(t, directory);
		const names = listDirectory(directory);
		const readable = what.includes('text file');
		const before = readable ? fingerprint(to) : undefined;

		for (const existing of MODES) {
			const error = await t.throwsAsync(backup(from, to, {existing}), {instanceOf: BackupError}, existing);
			if (exists && existing === 'fail') {
				t.is(error.code, 'ERR_BACKUP_TARGET_EXISTS');
			} else {
				t.is(error.code, 'ERR_BACKUP_TARGET', existing);
				t.regex(error.message, message, existing);
			}
		}

		t.deepEqual(listDirectory(directory), names);
		if (readable) t.deepEqual(fingerprint(to), before);
		t.deepEqual(stateOf(from), tagged(TAG));
	});
}

test.serial('refuses a target that ends with a slash before anything is queued', async (t) => {
	const directory = makeDirectory(t);
	makeTagged(join(directory, 'app.db'), TAG);
	const targets = [`${directory}/`, `${directory}/new/`, new URL(`file://${directory}/`)];
	for (const target of targets) {
		await t.throwsAsync(backup(join(directory, 'app.db'), target), {
			instanceOf: TypeError,
			message: /Expected the target to be a file, but got the directory .*: add a file name to it/,
		});
	}

	t.deepEqual(listDirectory(directory), ['app.db']);
});

/** Names that ask for care: by SQLite's URIs, better-sqlite3's trimming, and other people's patterns. */
const NAMES: readonly string[] = [
	' leading space.db',
	'file:copy.db?mode=ro',
	'100%25.db',
	'it\'s "quoted".db',
	'Ünïcødé-数据库-🗄️.db',
	'-wal',
	'.hotcopy-',
];

for (const name of NAMES) {
	test.serial(`takes the name "${name}" for that of the target`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, name)];
		makeTagged(source, TAG);

		for (const existing of ['fail', 'replace', 'overwrite'] as const) {
			await t.notThrowsAsync(backup(source, target, {existing}), existing);
			t.deepEqual(listDirectory(directory), ['app.db', name].sort());
			t.deepEqual(stateOf(target), tagged(TAG));
		}
	});
}

// Too long for a sidecar's name to be made of it, but a file may have it.
const LONG_NAMES: readonly string[] = [`${'n'.repeat(252)}.db`, 'é'.repeat(127), 's'.repeat(250)];

for (const name of LONG_NAMES) {
	test.serial(`takes a name of ${String(Buffer.byteLength(name))} bytes for that of the target`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, name)];
		makeTagged(source, TAG);

		for (const existing of ['fail', 'replace'] as const) {
			await t.notThrowsAsync(backup(source, target, {existing}), existing);
			t.deepEqual(listDirectory(directory), ['app.db', name].sort());
			t.deepEqual(stateOf(target), tagged(TAG));
		}

		const error = await t.throwsAsync(backup(source, target, {existing: 'overwrite'}), {instanceOf: BackupError});
		t.is(error.code, 'ERR_BACKUP_TARGET', 'SQLite itself writes to no database that it can make no journal for');
		t.is(error.sqliteCode, 'SQLITE_CANTOPEN');
		t.deepEqual(listDirectory(directory), ['app.db', name].sort());
		t.deepEqual(stateOf(target), tagged(TAG));
	});
}
