import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeTorn} from '../helpers/broken.js';
import {complaintsOf, recordsOf, runCli} from '../helpers/cli.js';
import {fingerprint} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {lockOut} from '../helpers/lock.js';
import {makeTagged} from '../helpers/tagged.js';

interface Failure {
	readonly args: readonly string[];
	readonly code: string;
	/** What the line must say, what to do included. */
	readonly says: readonly string[];
	readonly before?: (t: ExecutionContext, cwd: string) => unknown;
}

const FAILURES: Readonly<Record<string, Failure>> = {
	'no such source': {
		args: ['copy', 'none.db', 'copy.db'],
		code: 'ERR_BACKUP_SOURCE',
		says: ['none.db', 'ENOENT', 'Check the path'],
	},
	'no database': {
		args: ['copy', 'text.db', 'copy.db'],
		code: 'ERR_BACKUP_SOURCE',
		says: ['text.db', 'not a SQLite database'],
		before: (_, cwd) => {
			writeFileSync(join(cwd, 'text.db'), 'no database'.repeat(100));
		},
	},
	'no such directory': {
		args: ['copy', 'app.db', 'none/'],
		code: 'ERR_BACKUP_TARGET',
		says: ['none', 'Create it'],
	},
	'onto itself': {
		args: ['copy', 'app.db', 'link.db'],
		code: 'ERR_BACKUP_SAME_FILE',
		says: ['same file'],
		before: (_, cwd) => {
			symlinkSync('app.db', join(cwd, 'link.db'));
		},
	},
	'a target that is there': {
		args: ['copy', 'app.db', 'copy.db', '--existing', 'fail'],
		code: 'ERR_BACKUP_TARGET_EXISTS',
		says: ['copy.db', '--existing'],
	},
	'a locked source': {
		args: ['copy', 'app.db', 'copy.db', '--stall-timeout', '50ms', '--sleep', '5ms'],
		code: 'ERR_BACKUP_BUSY',
		// As it is written on the command line, and not as in the library.
		says: ['locked', '50 ms', 'raise --stall-timeout'],
		before: async (t, cwd) => await lockOut(t, join(cwd, 'app.db')),
	},
	'too slow': {
		args: ['copy', 'app.db', 'copy.db', '--timeout', '100ms', '--max-rate', '1kB', '--pages', '1'],
		code: 'ERR_BACKUP_TIMEOUT',
		says: ['100 ms', 'Raise --timeout'],
	},
	'a damaged source': {
		args: ['copy', 'torn.db', 'copy.db', '--verify'],
		code: 'ERR_BACKUP_VERIFY',
		says: ['integrity_check', 'not published'],
		before: (_, cwd) => {
			makeTorn(join(cwd, 'torn.db'), 'small');
		},
	},
	'an unknown database': {
		args: ['copy', 'app.db', 'copy.db', '--name', 'old'],
		code: 'ERR_BACKUP_UNKNOWN_DATABASE',
		says: ['unknown database old', '--attach'],
	},
};

for (const [name, {args, code, says, before}] of Object.entries(FAILURES)) {
	test.serial(`${name}: exit code 1, the code and what to do in one line, the target as it was`, async (t) => {
		const cwd = makeDirectory(t);
		makeTagged(join(cwd, 'app.db'), 1);
		makeTagged(join(cwd, 'copy.db'), 2);
		await before?.(t, cwd);
		const old = fingerprint(join(cwd, 'copy.db'));
		const result = await runCli(t, args, {cwd});

		t.like(result, {exit: 1, stdout: ''});
		const [line = '', ...others] = complaintsOf(result);
		t.deepEqual(others, []);
		t.true(line.startsWith(`sqlite-hotcopy: ${code}: `), line);
		for (const part of says) t.true(line.includes(part), `"${line}" says ${part}`);
		t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
	});
}

test.serial('--json: the error is the last object; --debug: its stack is on standard error', async (t) => {
	const cwd = makeDirectory(t);
	mkdirSync(join(cwd, 'none.db'));
	const result = await runCli(t, ['copy', 'none.db', 'copy.db', '--json', '--debug'], {cwd});

	t.is(result.exit, 1);
	t.deepEqual(
		recordsOf(result).map(({type, code}) => [type, code]),
		[['error', 'ERR_BACKUP_SOURCE']],
	);
	t.regex(result.stderr, /BackupError: .*\n +at /);
});

test.serial('names cannot write to the terminal', async (t) => {
	const cwd = makeDirectory(t);
	const {exit, stderr} = await runCli(t, ['copy', '\x1B]0;title\x07\n\u202Enone.db', 'copy.db'], {cwd});

	t.is(exit, 1);
	t.regex(stderr, /^[^\p{Cc}\p{Bidi_Control}]+\n$/u);
	t.true(stderr.includes(String.raw`\u001b]0;title\u0007\n\u202enone.db`), stderr);
});
