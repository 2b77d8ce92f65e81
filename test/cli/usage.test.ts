import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {recordsOf, runCli} from '../helpers/cli.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged} from '../helpers/tagged.js';

function setUp(t: ExecutionContext): string {
	const directory = makeDirectory(t);
	makeTagged(join(directory, 'app.db'), 7);
	return directory;
}

/** Wrong command lines, and what the one line that refuses them must say. */
const WRONG: readonly (readonly [args: string, ...says: string[]])[] = [
	['cpy app.db copy.db', "unknown command 'cpy'", 'Did you mean copy', 'sqlite-hotcopy --help'],
	['copy app.db', "missing required argument 'target'", 'sqlite-hotcopy copy --help'],
	['copy app.db copy.db other.db', 'too many arguments'],
	['copy app.db copy.db --pagse 5', "unknown option '--pagse'", 'Did you mean --pages'],
	['copy app.db copy.db --pages 1.5', '--pages', '1.5', 'a whole number'],
	['copy app.db copy.db --pages 99999999999', '--pages', '99999999999', '2147483647'],
	['copy app.db copy.db --sleep 3', '--sleep', "'3'", 'with its unit', '500ms'],
	['copy app.db copy.db --timeout 5parsecs', '--timeout', 'with its unit'],
	['copy app.db copy.db --timeout 0s', '--timeout', 'above 0'],
	['copy app.db copy.db --stall-timeout never', '--stall-timeout', 'none for no limit'],
	['copy app.db copy.db --max-rate 20M', '--max-rate', '20MB/s'],
	['copy app.db copy.db --timeout 30d', '--timeout', 'no more than 24d', 'none'],
	['copy app.db copy.db --max-rate 0MB', '--max-rate', 'above 0'],
	['copy app.db copy.db --max-wal-size lots', '--max-wal-size', '1.5GiB'],
	['copy app.db copy.db --max-wal-size 5iB', '--max-wal-size', '1.5GiB'],
	['copy app.db copy.db --strategy magic', '--strategy', 'auto, pages, serialize, clone, vacuum'],
	['copy app.db copy.db --existing append', '--existing', 'replace, overwrite, fail'],
	['copy app.db copy.db --verify=some', '--verify', 'quick, full'],
	['copy app.db copy.db --journal-mode wal', '--journal-mode', 'keep, delete'],
	['copy app.db copy.db --mode rw', '--mode', 'octal'],
	['copy app.db copy.db --attach archive.db --name x', '--attach', 'archive=archive.db'],
	['copy app.db copy.db --attach main=x.db --name main', '--attach', "'main'"],
	['copy app.db copy.db --checksum --existing overwrite', '--checksum', '--verify'],
	['copy-all app.db', "required option '--out <directory>' not specified"],
	['copy-all app.db --out b --jobs 0', '--jobs', 'from 1 to'],
	['copy-all app.db --out b --jobs 99999999999', '--jobs', 'from 1 to 1024'],
	['copy-all app.db --out b --timeout 0s', '--timeout', 'above 0'],
	['copy-all app.db --out b --max-rate 0MB', '--max-rate', 'above 0'],
	['copy-all app.db --out app.db', '--out app.db is no directory'],
	['copy-all app.db --out ', '--out is empty'],
	['copy app.db copy.db --attach A=x.db --attach a=y.db --name a', 'The name a is there twice'],
	['copy-all app.db --out b --pages 99999999999', '--pages', '2147483647'],
	['copy-all app.db --out b --checksum --existing overwrite', '--checksum', '--verify'],
	['copy-all *.db !test-*.db --out b', '!test-*.db', 'leave files out', '!(test-*).db'],
	['verify', "missing required argument 'file'"],
];

for (const [index, [args, ...says]] of WRONG.entries()) {
	test.serial(`${String(index + 1)}. ${args}: refused in one line`, async (t) => {
		const cwd = setUp(t);
		const {exit, stdout, stderr} = await runCli(t, args.split(' '), {cwd});

		t.is(exit, 2);
		t.is(stdout, '');
		t.regex(stderr, /^sqlite-hotcopy: ERR_USAGE: [^\n]+\n$/);
		for (const part of says) t.true(stderr.includes(part), `"${stderr}" says ${part}`);
		t.deepEqual(listDirectory(cwd), ['app.db']);
	});
}

test.serial('without a command: the help, on standard error', async (t) => {
	const {exit, stdout, stderr} = await runCli(t, []);

	t.is(exit, 2);
	t.is(stdout, '');
	t.regex(stderr, /^Usage: sqlite-hotcopy/);
});

test.serial('what the library refuses is an object with --json', async (t) => {
	const cwd = setUp(t);
	const result = await runCli(t, ['copy', 'app.db', 'copy.db ', '--json'], {cwd});

	t.like(result, {exit: 2, stderr: ''});
	const [record, ...others] = recordsOf(result);
	t.deepEqual(others, []);
	t.like(record, {type: 'error', code: 'ERR_USAGE'});
	t.regex(String(record?.['message']), /white space at its end/);
});
