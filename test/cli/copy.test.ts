import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {recordsOf, runCli} from '../helpers/cli.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';

const TAG = 7;

/** A directory with a database in it, in WAL mode. */
function setUp(t: ExecutionContext, name = 'app.db'): string {
	const directory = makeDirectory(t);
	makeTagged(join(directory, name), TAG, {wal: true});
	return directory;
}

test.serial('copy tells in one line what it did', async (t) => {
	const cwd = setUp(t);
	const {exit, stdout} = await runCli(t, ['copy', 'app.db', 'copy.db'], {cwd});

	t.is(exit, 0);
	t.regex(stdout, new RegExp(String.raw`^${cwd}/copy\.db: [\d.]+ kB in [\d.]+m?s \([\d.]+ [kM]?B/s\) by \w+\n$`));
	t.deepEqual(stateOf(join(cwd, 'copy.db')), tagged(TAG));
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db']);
});

test.serial('--quiet says nothing', async (t) => {
	const cwd = setUp(t);
	const result = await runCli(t, ['copy', 'app.db', 'copy.db', '--quiet'], {cwd});

	t.deepEqual(result, {exit: 0, stdout: '', stderr: ''});
	t.deepEqual(stateOf(join(cwd, 'copy.db')), tagged(TAG));
});

test.serial('in a pipe, the progress of a slow copy is plain lines on standard error', async (t) => {
	const cwd = setUp(t);
	const args = ['copy', 'app.db', 'copy.db', '--pages', '1', '--max-rate', '10kB/s'];
	const {exit, stdout, stderr} = await runCli(t, args, {cwd});

	t.is(exit, 0);
	t.regex(stdout, /copy\.db: /);
	const lines = stderr.trimEnd().split('\n');
	t.true(lines.length >= 1 && lines.length <= 10, stderr);
	for (const line of lines) t.regex(line, /^ *\d+ % {2}[\d.]+ kB of [\d.]+ kB, /);
	t.regex(stderr, /, [\d.]+ kB\/s, \ds left/);
	// Nothing that a log would show as rubbish.
	t.false(`${stdout}${stderr}`.includes('\x1B'));
});

test.serial('--json: each line is an object, the last one the result', async (t) => {
	const cwd = setUp(t);
	const args = ['copy', 'app.db', 'copy.db', '--json', '--pages', '1', '--max-rate', '100kB'];
	const result = await runCli(t, args, {cwd});
	const records = recordsOf(result);

	t.is(result.exit, 0);
	t.is(result.stderr, '');
	const {size} = statSync(join(cwd, 'copy.db'));
	const known = {source: join(cwd, 'app.db'), target: join(cwd, 'copy.db'), restarts: 0, busyRetries: 0};
	const last = records.at(-1);
	t.like(last, {type: 'result', ...known, strategy: 'pages', pageSize: 4096, bytes: size, verified: false});
	const progress = records.slice(0, -1);
	t.true(progress.length >= 2);
	for (const record of progress) {
		t.like(record, {type: 'progress', ...known, jobId: last?.['jobId'], total: size / 4096, pageSize: 4096});
	}

	t.like(progress.at(-1), {status: 'done', remaining: 0});
	t.true(progress.slice(0, -1).every(({status}) => status === 'ok'));
});

test.serial('--max-rate holds back a copy in rollback-journal mode as well, without --pages', async (t) => {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'app.db'), TAG, {accounts: 1500});
	const result = await runCli(t, ['copy', 'app.db', 'copy.db', '--json', '--max-rate', '1MB'], {cwd});

	t.is(result.exit, 0, result.stdout);
	const steps = recordsOf(result).filter(({type}) => type === 'progress');
	t.true(steps.some(({remaining, total}) => Number(remaining) > 0 && Number(remaining) < Number(total)));
});

test.serial('--json --quiet: the result only', async (t) => {
	const cwd = setUp(t);
	const result = await runCli(t, ['copy', 'app.db', 'copy.db', '--json', '--quiet'], {cwd});

	t.like(result, {exit: 0, stderr: ''});
	t.deepEqual(
		recordsOf(result).map(({type}) => type),
		['result'],
	);
});

test.serial('--checksum prints what sha256sum can check, also with --quiet', async (t) => {
	const odd = 'a\\b\nc.db';
	const cwd = setUp(t);
	const loud = await runCli(t, ['copy', 'app.db', 'copy.db', '--checksum'], {cwd});
	const quiet = await runCli(t, ['copy', 'app.db', odd, '--checksum', '--quiet'], {cwd});

	t.deepEqual([loud.exit, quiet.exit], [0, 0]);
	const [report = '', sum = ''] = loud.stdout.split('\n');
	t.regex(report, /^.*copy\.db: /);
	const check = execFileSync('sha256sum', ['--check'], {input: `${sum}\n${quiet.stdout}`, encoding: 'utf8'});
	t.is(check.match(/: OK$/gm)?.length, 2, check);
});

test.serial('into a directory, under the name of what is copied', async (t) => {
	const cwd = setUp(t);
	mkdirSync(join(cwd, 'backups'));
	makeTagged(join(cwd, 'archive.db'), TAG + 1);
	const first = await runCli(t, ['copy', 'app.db', 'backups'], {cwd});
	const second = await runCli(t, ['copy', 'app.db', 'backups/', '--attach', 'old=archive.db', '--name', 'old'], {cwd});

	t.deepEqual([first.exit, second.exit], [0, 0]);
	t.deepEqual(stateOf(join(cwd, 'backups/app.db')), tagged(TAG));
	t.deepEqual(stateOf(join(cwd, 'backups/archive.db')), tagged(TAG + 1));
	t.deepEqual(listDirectory(join(cwd, 'backups')), ['app.db', 'archive.db']);
});

for (const name of ['-dash.db', '--json']) {
	test.serial(`behind --, ${name} is a name`, async (t) => {
		const cwd = setUp(t, name);
		const result = await runCli(t, ['copy', '--quiet', '--', name, `${name} copy.db`], {cwd});

		t.deepEqual(result, {exit: 0, stdout: '', stderr: ''});
		t.deepEqual(stateOf(join(cwd, `${name} copy.db`)), tagged(TAG));
	});
}

/** Flags, and how they show in the result. Before the names: one whose value may be left out must not take one for it. */
const FLAGS: readonly (readonly [flags: readonly string[], result: Record<string, unknown>])[] = [
	[['--strategy', 'vacuum', '--verify'], {strategy: 'vacuum', verified: 'full'}],
	[['--strategy', 'serialize', '--verify', 'quick'], {strategy: 'serialize', verified: 'quick'}],
	[['--pages', '5', '--snapshot', 'none', '--sleep', '10ms', '--stall-timeout', 'none'], {strategy: 'pages'}],
	[['--timeout', '1.5h', '--max-wal-size', '1GiB', '--existing', 'overwrite'], {verified: false}],
];

for (const [flags, expected] of FLAGS) {
	test.serial(`copy ${flags.join(' ')}`, async (t) => {
		const cwd = setUp(t);
		const result = await runCli(t, ['copy', '--json', ...flags, 'app.db', 'copy.db'], {cwd});

		t.is(result.exit, 0, result.stdout);
		t.like(recordsOf(result).at(-1), {type: 'result', ...expected});
		t.deepEqual(stateOf(join(cwd, 'copy.db')), tagged(TAG));
	});
}

test.serial('--mode and --journal-mode', async (t) => {
	const cwd = setUp(t);
	const {exit} = await runCli(t, ['copy', 'app.db', 'copy.db', '--mode', '0400', '--journal-mode', 'delete'], {cwd});

	t.is(exit, 0);
	t.is(statSync(join(cwd, 'copy.db')).mode & 0o777, 0o400);
	// 2 for a database in WAL mode. https://sqlite.org/fileformat2.html
	t.deepEqual([...readFileSync(join(cwd, 'copy.db')).subarray(18, 20)], [1, 1]);
	t.deepEqual([...readFileSync(join(cwd, 'app.db')).subarray(18, 20)], [2, 2]);
});
