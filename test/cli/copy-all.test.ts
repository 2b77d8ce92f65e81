import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {recordsOf, runCli} from '../helpers/cli.js';
import {openElsewhere} from '../helpers/connection.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, stateOf} from '../helpers/tagged.js';
import {findUser} from '../helpers/user.js';

/** A directory with these databases, each with its place in the list as its tag. */
function setUp(t: ExecutionContext, names: readonly string[]): string {
	const cwd = makeDirectory(t);
	for (const [index, name] of names.entries()) {
		mkdirSync(dirname(join(cwd, name)), {recursive: true});
		makeTagged(join(cwd, name), index + 1);
	}

	return cwd;
}

function tagOf(cwd: string, name: string): number {
	const state = stateOf(join(cwd, name));
	return state.mixed || state.integrity !== 'ok' ? NaN : state.tag;
}

test.serial('the tree below the base of the pattern is kept, whatever the names are', async (t) => {
	const names = [
		'live/a.db',
		'live/eu/b c.db',
		'live/eu/deep/er/-dash.db',
		'live/ünï/数据.db',
		'live/[1]/{x}.db',
		'live/line\nbreak.db',
		' live.db',
	];
	const cwd = setUp(t, names);
	const {exit, stdout, stderr} = await runCli(t, ['copy-all', 'live/**/*.db', '--out', 'back/ups', '--jobs', '2'], {
		cwd,
	});

	t.is(exit, 0, stderr);
	t.regex(
		stdout,
		/^┌.*\n│ +│ databases │ +size │\n├.*\n│ copied │ +6 │ +[\d.]+ kB │\n│ time {3}│ .* │ .*B\/s │\n└.*\n$/,
	);
	for (const [index, name] of names.slice(0, -1).entries()) {
		t.is(tagOf(cwd, name.replace('live/', 'back/ups/')), index + 1, name);
	}

	t.deepEqual(listDirectory(join(cwd, 'back/ups')), ['[1]', 'a.db', 'eu', 'line\nbreak.db', 'ünï'].sort());
});

test.serial('several patterns, files by their names among them, each file once', async (t) => {
	const cwd = setUp(t, ['x/a.db', 'x/b.sqlite', 'y/[c].db', 'y/c.db']);
	const args = ['copy-all', 'x/*.{db,sqlite}', 'x/a*', 'y/[c].db', '--out', 'out', '--json', '--quiet'];
	const result = await runCli(t, args, {cwd});

	t.is(result.exit, 0, result.stdout);
	t.deepEqual(listDirectory(join(cwd, 'out')), ['[c].db', 'a.db', 'b.sqlite']);
	t.is(tagOf(cwd, 'out/[c].db'), 3);
	const records = recordsOf(result);
	t.like(records[0], {type: 'found', databases: 3});
	t.deepEqual(
		records.slice(1, -1).map(({type}) => type),
		['result', 'result', 'result'],
	);
	t.like(records.at(-1), {type: 'summary', copied: 3, failed: 0, left: 0});
});

test.serial('a name with a dash in front, behind --', async (t) => {
	const cwd = setUp(t, ['-a/b.db', '-c.db']);
	const {exit, stderr} = await runCli(t, ['copy-all', '--out', 'out', '--', '-a/*', '-c.db'], {cwd});

	t.is(exit, 0, stderr);
	t.deepEqual(listDirectory(join(cwd, 'out')), ['-c.db', 'b.db']);
});

test.serial('what lies beside databases is left out, and the copies of the last time', async (t) => {
	const cwd = setUp(t, ['a.db', 'sub/app-journal', 'backups/old.db', 'backup.db']);
	// In use, so that there are sidecars.
	const holder = await openElsewhere(t, join(cwd, 'a.db'));
	await holder.run('PRAGMA journal_mode = WAL');
	await holder.run('UPDATE account SET balance = 9');
	writeFileSync(join(cwd, '.hotcopy-0.host.1.2.3'), '');
	for (let round = 0; round < 2; round++) {
		const result = await runCli(t, ['copy-all', '**/*', '.hot*', '--out', 'backups', '--json', '--quiet'], {cwd});
		// The second pattern has nothing but what is left out.
		t.is(result.exit, 2);
		t.regex(String(recordsOf(result)[0]?.['message']), /^No database matches \.hot\*/);

		const {exit, stderr} = await runCli(t, ['copy-all', '**/*', '--out', 'backups'], {cwd});
		t.is(exit, 0, stderr);
		t.deepEqual(listDirectory(join(cwd, 'backups')), ['a.db', 'backup.db', 'old.db', 'sub']);
		t.deepEqual(listDirectory(join(cwd, 'backups/sub')), ['app-journal']);
		t.is(tagOf(cwd, 'backups/a.db'), 9);
	}
});

test.serial('failures are named, do not stop the rest, and make the exit code 1', async (t) => {
	const cwd = setUp(t, ['in/a.db', 'in/sub/b.db', 'in/sub/c.db']);
	writeFileSync(join(cwd, 'in/text.db'), 'no database'.repeat(100));
	symlinkSync('nowhere', join(cwd, 'in/dangling.db'));
	mkdirSync(join(cwd, 'out'));
	// In the way of a directory.
	writeFileSync(join(cwd, 'out/sub'), '');
	const args = ['copy-all', 'in/**/*.db', '--out', 'out'];
	const words = await runCli(t, args, {cwd});
	const objects = await runCli(t, [...args, '--json'], {cwd});

	t.deepEqual([words.exit, objects.exit], [1, 1]);
	t.is(tagOf(cwd, 'out/a.db'), 1);
	const lines = words.stderr
		.split('\n')
		.filter((line) => line.startsWith('sqlite-hotcopy: '))
		.sort();
	const expected = [
		/^sqlite-hotcopy: in\/dangling\.db: ERR_BACKUP_SOURCE: .*ENOENT/,
		/^sqlite-hotcopy: in\/sub\/b\.db: ERR_BACKUP_TARGET: .*out\/sub/,
		/^sqlite-hotcopy: in\/sub\/c\.db: ERR_BACKUP_TARGET: /,
		/^sqlite-hotcopy: in\/text\.db: ERR_BACKUP_SOURCE: .*not a SQLite database/,
	];
	t.is(lines.length, expected.length, words.stderr);
	for (const [index, pattern] of expected.entries()) t.regex(lines[index] ?? '', pattern);
	t.regex(words.stdout, /│ copied │ +1 │.*\n│ failed │ +4 │/);

	const records = recordsOf(objects);
	const errors = records.filter(({type}) => type === 'error');
	t.deepEqual(
		errors.map(({source, target}) => [source, target]).sort(),
		['dangling.db', 'sub/b.db', 'sub/c.db', 'text.db'].map((name) => [join(cwd, 'in', name), join(cwd, 'out', name)]),
	);
	t.true(errors.every(({jobId}) => typeof jobId === 'string'));
	t.like(records.at(-1), {type: 'summary', copied: 1, failed: 4, left: 0});
});

test.serial('a directory that cannot be looked into is a failure, and the rest is copied', async (t) => {
	const user = findUser();
	if (user === undefined) {
		t.log('NOT TESTED: no user whom permissions keep out.');
		t.pass();
		return;
	}

	const cwd = setUp(t, ['in/a.db', 'in/closed/b.db']);
	const own = [cwd, join(cwd, 'in'), join(cwd, 'in/a.db'), join(cwd, 'in/closed')];
	for (const path of own) user.give(path);
	chmodSync(join(cwd, 'in/closed'), 0o000);
	t.teardown(() => {
		chmodSync(join(cwd, 'in/closed'), 0o700);
	});
	const args = ['copy-all', 'in/**/*.db', 'in/closed/b.db', '--out', 'out'];
	const {exit, stderr} = await runCli(t, args, {cwd, ...user.ids});

	t.is(exit, 1);
	t.regex(stderr, /^sqlite-hotcopy: in\/closed: ERR_BACKUP_SOURCE: .*EACCES.*Check it and its permissions/m);
	t.regex(stderr, /^sqlite-hotcopy: in\/closed\/b\.db: ERR_BACKUP_SOURCE: .*EACCES/m);
	t.deepEqual(listDirectory(join(cwd, 'out')), ['a.db']);
});

test.serial('what is no file is no database', async (t) => {
	const cwd = setUp(t, ['in/a.db']);
	execFileSync('mkfifo', [join(cwd, 'in/fifo.db')]);
	symlinkSync('fifo.db', join(cwd, 'in/link.db'));
	const result = await runCli(t, ['copy-all', 'in/*', '--out', 'out', '--json', '--quiet'], {cwd});

	t.is(result.exit, 0, result.stdout);
	t.deepEqual(listDirectory(join(cwd, 'out')), ['a.db']);
});

for (const pattern of ['in/*/*.db', 'in/**/*.db']) {
	test.serial(
		`a directory that is not there, as of a disk that is not mounted, is a failure: ${pattern}`,
		async (t) => {
			const cwd = setUp(t, ['in/a/x.db']);
			symlinkSync('/nowhere/b', join(cwd, 'in/b'));
			const {exit, stderr} = await runCli(t, ['copy-all', pattern, '--out', 'out'], {cwd});

			t.is(exit, 1);
			t.regex(stderr, /^sqlite-hotcopy: in\/b: ERR_BACKUP_SOURCE: .*ENOENT.*What is in it was not copied/m);
			t.is(tagOf(cwd, 'out/a/x.db'), 1);
		},
	);
}

test.serial('a link to a directory that may not be entered is a failure', async (t) => {
	const user = findUser();
	if (user === undefined) {
		t.log('NOT TESTED: no user whom permissions keep out.');
		t.pass();
		return;
	}

	const cwd = setUp(t, ['in/a/x.db', 'closed/b/y.db']);
	symlinkSync('../closed/b', join(cwd, 'in/b'));
	for (const path of ['.', 'in', 'in/a', 'in/a/x.db', 'closed']) user.give(join(cwd, path));
	chmodSync(join(cwd, 'closed'), 0o000);
	t.teardown(() => {
		chmodSync(join(cwd, 'closed'), 0o700);
	});
	const {exit, stderr} = await runCli(t, ['copy-all', 'in/**/*.db', '--out', 'out'], {cwd, ...user.ids});

	t.is(exit, 1);
	t.regex(stderr, /^sqlite-hotcopy: in\/b: ERR_BACKUP_SOURCE: .*EACCES/m);
	t.is(tagOf(cwd, 'out/a/x.db'), 1);
});

test.serial('--debug shows where each failure comes from, in words as well', async (t) => {
	const cwd = setUp(t, ['in/a.db']);
	writeFileSync(join(cwd, 'in/b.db'), 'no database'.repeat(100));
	const args = ['copy-all', 'in/*.db', '--out', 'out'];
	const plain = await runCli(t, args, {cwd});
	const debug = await runCli(t, [...args, '--debug'], {cwd});

	t.false(/^ +at /m.test(plain.stderr), plain.stderr);
	t.regex(debug.stderr, /^sqlite-hotcopy: in\/b\.db: ERR_BACKUP_SOURCE: [^\n]+\n(?:.*\n)*? +at /m);
});

test.serial('a name that SQLite cannot be given is told of in the words of a wrong argument', async (t) => {
	const cwd = setUp(t, ['in/a.db']);
	writeFileSync(join(cwd, 'in/b.db '), '');
	const result = await runCli(t, ['copy-all', 'in/*', '--out', 'out', '--json', '--quiet'], {cwd});

	t.is(result.exit, 1);
	t.like(
		recordsOf(result).find(({type}) => type === 'error'),
		{code: 'ERR_USAGE', source: join(cwd, 'in/b.db ')},
	);
	t.is(tagOf(cwd, 'out/a.db'), 1);
});

test.serial('what is shut off among the sources is shut off among the copies', async (t) => {
	const cwd = setUp(t, ['in/secret/a.db', 'in/open/b.db']);
	chmodSync(join(cwd, 'in'), 0o750);
	chmodSync(join(cwd, 'in/secret'), 0o500);
	t.teardown(() => {
		chmodSync(join(cwd, 'in/secret'), 0o700);
	});
	const {exit, stderr} = await runCli(t, ['copy-all', 'in/**/*.db', '--out', 'out'], {cwd});

	t.is(exit, 0, stderr);
	const modeOf = (name: string): number => statSync(join(cwd, name)).mode & 0o777;
	t.deepEqual(['out', 'out/secret', 'out/open'].map(modeOf), [0o750, 0o700, modeOf('in/open')]);
});

test.serial('--checksum prints a list that sha256sum can check', async (t) => {
	const cwd = setUp(t, ['in/a.db', 'in/b.db', 'in/sub/c.db']);
	const {exit, stdout} = await runCli(t, ['copy-all', 'in/**/*.db', '--out', 'out', '--checksum', '--quiet'], {cwd});

	t.is(exit, 0);
	const check = execFileSync('sha256sum', ['--check'], {input: stdout, encoding: 'utf8'});
	t.is(check.match(/: OK$/gm)?.length, 3, check);
});

/** Patterns that lead to nothing, and what is said of them. */
const NOTHING: readonly (readonly [patterns: readonly string[], says: string])[] = [
	[['in/none-*'], 'No database matches in/none-*'],
	[['none/**/*.db'], 'No database matches none/**/*.db'],
	[['none.db'], 'There is no file none.db'],
	[['in'], "in is a directory. Say which files in it, for example 'in/**/*.db'"],
	[['in/*.db', 'in/*.sqlite'], 'No database matches in/*.sqlite'],
];

for (const [patterns, says] of NOTHING) {
	test.serial(`nothing is copied: ${patterns.join(' ')}`, async (t) => {
		const cwd = setUp(t, ['in/a.db']);
		const {exit, stdout, stderr} = await runCli(t, ['copy-all', ...patterns, '--out', 'out'], {cwd});

		t.deepEqual([exit, stdout], [2, '']);
		t.true(stderr.startsWith(`sqlite-hotcopy: ERR_USAGE: ${says}`), stderr);
		t.deepEqual(listDirectory(cwd), ['in']);
	});
}
