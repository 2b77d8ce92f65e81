import {linkSync, mkdirSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runCli} from '../helpers/cli.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {withCaselessDisk} from '../helpers/caseless-disk.js';
import {makeTagged, stateOf} from '../helpers/tagged.js';

function setUp(t: ExecutionContext, names: readonly string[]): string {
	const cwd = makeDirectory(t);
	for (const [index, name] of names.entries()) {
		mkdirSync(dirname(join(cwd, name)), {recursive: true});
		makeTagged(join(cwd, name), index + 1);
	}

	return cwd;
}

interface Collision {
	readonly databases: readonly string[];
	readonly args: readonly string[];
	readonly says: readonly string[];
	/** Makes links. */
	readonly before?: (cwd: string) => void;
}

const COLLISIONS: Readonly<Record<string, Collision>> = {
	'files of one name': {
		databases: ['a/app.db', 'b/app.db', 'c/other.db'],
		args: ['a/app.db', 'b/app.db', 'c/other.db'],
		says: ['a/app.db and b/app.db would both become out/app.db', "in quotes, as in 'tenants/**/*.db'"],
	},
	'patterns with different bases': {
		databases: ['a/sub/app.db', 'b/sub/app.db'],
		args: ['a/**/*.db', 'b/**/*.db'],
		says: ['a/sub/app.db and b/sub/app.db would both become out/sub/app.db'],
	},
	'a linked directory among the targets': {
		databases: ['in/one/app.db', 'in/two/app.db'],
		args: ['in/**/*.db'],
		says: ['in/one/app.db and in/two/app.db would both become'],
		before: (cwd) => {
			mkdirSync(join(cwd, 'out/one'), {recursive: true});
			symlinkSync('one', join(cwd, 'out/two'));
		},
	},
	'a target that is a link to another': {
		databases: ['in/a.db', 'in/b.db'],
		args: ['in/*.db'],
		says: ['in/a.db and in/b.db would both become'],
		before: (cwd) => {
			mkdirSync(join(cwd, 'out'));
			symlinkSync('a.db', join(cwd, 'out/b.db'));
		},
	},
	'two names of one file that is written in place': {
		databases: ['in/a.db', 'in/b.db', 'out/a.db'],
		args: ['in/*.db', '--existing', 'overwrite'],
		says: ['in/a.db and in/b.db would both become'],
		before: (cwd) => {
			linkSync(join(cwd, 'out/a.db'), join(cwd, 'out/b.db'));
		},
	},
	'a source that has another name among the targets': {
		databases: ['in/b.db', 'live/a.db'],
		args: ['in/b.db', 'live/a.db', '--existing', 'overwrite'],
		says: ['out/b.db, the target of in/b.db, is the source live/a.db'],
		before: (cwd) => {
			mkdirSync(join(cwd, 'out'));
			linkSync(join(cwd, 'live/a.db'), join(cwd, 'out/b.db'));
		},
	},
	'a name that SQLite has for what is beside another': {
		databases: ['x/app.db', 'y/app.db-wal', 'y/b.db', 'x/b.db-journal'],
		args: ['x/app.db', 'y/app.db-wal', 'y/b.db', 'x/b.db-journal'],
		says: [
			'y/app.db-wal would become out/app.db-wal, which is the "-wal" file of the copy of x/app.db',
			'the "-journal" file of the copy of y/b.db',
		],
	},
	'onto themselves': {
		databases: ['out/a.db', 'out/b.db'],
		args: ['out/*.db'],
		says: ['out/a.db, the target of out/a.db, is the source out/a.db'],
	},
	'onto another source': {
		databases: ['out/a.db', 'in/a.db'],
		args: ['in/a.db', 'out/../out/a.db'],
		says: ['both become out/a.db', 'is the source out/a.db'],
	},
};

for (const [name, {databases, args, says, before}] of Object.entries(COLLISIONS)) {
	test.serial(`${name}: refused before anything is copied`, async (t) => {
		const cwd = setUp(t, databases);
		before?.(cwd);
		const {exit, stdout, stderr} = await runCli(t, ['copy-all', ...args, '--out', 'out'], {cwd});

		t.deepEqual([exit, stdout], [2, '']);
		t.regex(stderr, /^sqlite-hotcopy: ERR_USAGE: Nothing was copied, because [^\n]+\n$/);
		for (const part of says) t.true(stderr.includes(part), `"${stderr}" says ${part}`);
		for (const [index, database] of databases.entries()) t.is(stateOf(join(cwd, database)).tag, index + 1);
		if (before === undefined && !databases.some((path) => path.startsWith('out/'))) {
			t.false(listDirectory(cwd).includes('out'));
		}
	});
}

const CASES = ['in/Foo.db', 'in/foo.db', 'in/Sub/a.db', 'in/sub/A.db', 'in/other.db', 'in/OTHER.db-WAL'];

test.serial('names that differ in case are two files', async (t) => {
	const cwd = setUp(t, CASES);
	const {exit, stderr} = await runCli(t, ['copy-all', 'in/**/*', '--out', 'out'], {cwd});

	t.is(exit, 0, stderr);
	for (const [index, name] of CASES.entries()) t.is(stateOf(join(cwd, name.replace('in', 'out'))).tag, index + 1);
});

test.serial(
	'names that differ in case are one file where the file system says so',
	withCaselessDisk(async (t, disk) => {
		const cwd = setUp(t, CASES);
		const out = join(disk, 'new/out');
		const {exit, stderr} = await runCli(t, ['copy-all', 'in/**/*', '--out', out], {cwd});

		t.is(exit, 2);
		t.true(stderr.includes(`in/Foo.db and in/foo.db would both become ${out}/foo.db`), stderr);
		t.true(stderr.includes(`in/Sub/a.db and in/sub/A.db would both become ${out}/sub/A.db`), stderr);
		t.true(stderr.includes(`${out}/OTHER.db-WAL, which is the "-wal" file of the copy of in/other.db`), stderr);
		t.deepEqual(listDirectory(disk), []);
	}),
);
