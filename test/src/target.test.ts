import {execFileSync} from 'node:child_process';
import {linkSync, lstatSync, mkdirSync, readlinkSync, statSync, symlinkSync} from 'node:fs';
import {join, relative} from 'node:path';
import {pathToFileURL} from 'node:url';
import test from 'ava';
import Database from 'better-sqlite3';
import {backup, BackupError, type BackupSource, type BackupTarget} from '../../src/index.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';

const OLD = 1;
const NEW = 2;
const MODES = ['replace', 'overwrite', 'fail'] as const;

/** The bytes, as another process reads them: reading them here would drop the locks of a handle of this process. */
function hashOf(path: string): string {
	return execFileSync('sha256sum', [path], {encoding: 'utf8'});
}

type Name = (path: string, directory: string) => string | URL;

/** Other names of one file. */
const ALIASES: Readonly<Record<string, Name>> = {
	'the same path': (path) => path,
	'a path with dots in it': (path, directory) => join(directory, 'sub') + `/../${relative(directory, path)}`,
	'a relative path': (path) => relative(process.cwd(), path),
	'a URL': (path) => pathToFileURL(path),
	'a symbolic link': (path, directory) => link(path, directory, 'link.db'),
	'a relative symbolic link': (path, directory) =>
		link(relative(join(directory, 'sub'), path), directory, 'sub/link.db'),
	'a chain of symbolic links': (path, directory) =>
		link(link(link(path, directory, 'a.db'), directory, 'b.db'), directory, 'c.db'),
	'a path through a linked directory': (path, directory) =>
		join(link(directory, directory, 'here'), relative(directory, path)),
	'a hard link': (path, directory) => {
		const name = join(directory, 'hard.db');
		linkSync(path, name);
		return name;
	},
	'a link to a hard link': (path, directory) => {
		linkSync(path, join(directory, 'hard.db'));
		return link(join(directory, 'hard.db'), directory, 'link.db');
	},
};

function link(to: string, directory: string, name: string): string {
	const path = join(directory, name);
	symlinkSync(to, path);
	return path;
}

for (const [what, nameOf] of Object.entries(ALIASES)) {
	test.serial(`refuses ${what} of the source for a target, and of the target for a source`, async (t) => {
		const directory = makeDirectory(t);
		const path = join(directory, 'app.db');
		mkdirSync(join(directory, 'sub'));
		makeTagged(path, OLD);
		const alias = nameOf(path, directory);
		const [hash, names] = [hashOf(path), listDirectory(directory)];
		const pairs: readonly (readonly [string | URL, string | URL])[] = [
			[path, alias],
			[alias, path],
			[alias, alias],
		];

		for (const [source, target] of pairs) {
			for (const existing of MODES) {
				const error = await t.throwsAsync(backup(source, target, {existing}), {instanceOf: BackupError});
				t.is(error.code, 'ERR_BACKUP_SAME_FILE', existing);
				t.regex(error.message, /the same file, .*app\.db|the same file, .*hard\.db/);
			}
		}

		t.is(hashOf(path), hash);
		t.deepEqual(listDirectory(directory), names);
	});
}

for (const wal of [false, true]) {
	test.serial(
		`refuses a handle onto itself, its file and another handle of it, in ${wal ? 'WAL' : 'rollback'} mode`,
		async (t) => {
			const directory = makeDirectory(t);
			const path = join(directory, 'app.db');
			makeTagged(path, OLD, {wal});
			const attached = join(directory, 'attached.db');
			makeTagged(attached, OLD);
			const handle = new Database(path);
			const other = new Database(path);
			t.teardown(() => {
				handle.close();
				other.close();
			});
			handle.exec(`ATTACH '${attached}' AS side; UPDATE main.account SET balance = ${String(NEW)}`);
			const pairs: readonly (readonly [BackupSource, BackupTarget, string?])[] = [
				[handle, handle],
				[handle, path],
				[path, handle],
				[handle, other],
				[handle, attached, 'side'],
			];

			for (const [source, target, name] of pairs) {
				const error = await t.throwsAsync(backup(source, target, {name}), {instanceOf: BackupError});
				t.is(error.code, 'ERR_BACKUP_SAME_FILE');
			}

			handle.exec(`UPDATE account SET balance = ${String(NEW)}`);
			t.deepEqual(handle.pragma('integrity_check', {simple: true}), 'ok');
			t.deepEqual(other.prepare('SELECT DISTINCT balance FROM account').pluck().all(), [NEW]);
		},
	);
}

for (const existing of ['replace', 'overwrite'] as const) {
	for (const what of ['a symbolic link', 'a relative symbolic link', 'a chain of symbolic links']) {
		test.serial(`'${existing}' follows ${what} to the file behind it`, async (t) => {
			const directory = makeDirectory(t);
			const [source, file] = [join(directory, 'app.db'), join(directory, 'real.db')];
			mkdirSync(join(directory, 'sub'));
			makeTagged(source, NEW);
			makeTagged(file, OLD);
			const alias = String(ALIASES[what]?.(file, directory));
			const [names, inode, to] = [listDirectory(directory), statSync(file).ino, readlinkSync(alias)];

			const {target} = await backup(source, alias, {existing});

			t.is(target, file);
			t.true(lstatSync(alias).isSymbolicLink());
			t.is(readlinkSync(alias), to);
			t.true(lstatSync(file).isFile());
			t.is(statSync(file).ino === inode, existing === 'overwrite');
			t.deepEqual(stateOf(file), tagged(NEW));
			t.deepEqual(listDirectory(directory), names);
		});
	}
}

for (const existing of MODES) {
	test.serial(`'${existing}' makes the file that a dangling link leads to`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		makeTagged(source, NEW);
		mkdirSync(join(directory, 'sub'));
		const alias = link(link('sub/real.db', directory, 'first.db'), directory, 'second.db');

		const {target} = await backup(source, alias, {existing});

		t.is(target, join(directory, 'sub/real.db'));
		t.true(lstatSync(alias).isSymbolicLink());
		t.deepEqual(stateOf(target), tagged(NEW));
		t.deepEqual(listDirectory(directory), ['app.db', 'first.db', 'second.db', 'sub']);
		t.deepEqual(listDirectory(join(directory, 'sub')), ['real.db']);
	});
}

const BROKEN_LINKS: Readonly<Record<string, {readonly make: (directory: string) => string; readonly message: RegExp}>> =
	{
		'that leads to itself': {
			make: (directory) => link('copy.db', directory, 'copy.db'),
			message: /chain of more than 40 symbolic links/,
		},
		'into a directory that does not exist': {
			make: (directory) => link('missing/real.db', directory, 'copy.db'),
			message: /cannot be used: ENOENT/,
		},
		'in a directory that leads to itself': {
			make: (directory) => join(link('loop', directory, 'loop'), 'copy.db'),
			message: /cannot be used: ELOOP/,
		},
	};

for (const [what, {make, message}] of Object.entries(BROKEN_LINKS)) {
	test.serial(`refuses a link ${what}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		makeTagged(source, NEW);
		const target = make(directory);
		const names = listDirectory(directory);

		const error = await t.throwsAsync(backup(source, target), {instanceOf: BackupError});

		t.is(error.code, 'ERR_BACKUP_TARGET');
		t.regex(error.message, message);
		t.deepEqual(listDirectory(directory), names);
	});
}

test.serial('refuses a target handle that has no file', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeTagged(source, NEW);
	const closed = new Database(join(directory, 'closed.db'));
	closed.close();
	const handles: readonly (readonly [Database.Database, RegExp])[] = [
		[new Database(':memory:'), /has no file/],
		[new Database(''), /has no file/],
		[closed, /is closed/],
	];

	for (const [handle, message] of handles) {
		const error = await t.throwsAsync(backup(source, handle), {instanceOf: BackupError, message});
		t.is(error.code, 'ERR_BACKUP_TARGET');
		handle.close();
	}
});
