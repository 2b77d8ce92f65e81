import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {makeEndless} from '../helpers/broken.js';
import {COMMAND, complaintsOf, recordsOf, type RunningCli, startCli, untilWritten} from '../helpers/cli.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {executeOutside} from '../helpers/outside.js';
import {findBusyChecks, isZombie, stillRunning, ticksOf} from '../helpers/processes.js';
import {withStrace} from '../helpers/strace.js';
import {makeTagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

/** So slow that it will not come to its end. */
const SLOWLY = ['--pages', '1', '--max-rate', '1kB'];

/** A command that goes on when it is stopped. */
interface Stuck {
	readonly cli: RunningCli;
	/** Waits for the end that a further signal makes. */
	readonly untilKilled: () => Promise<void>;
}

/** Clock ticks in which a process that is about to end has ended. */
const A_WHILE = 20;

function setUp(t: ExecutionContext): {readonly cwd: string; readonly old: Record<string, string>} {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'app.db'), 1, {wal: true});
	makeTagged(join(cwd, 'copy.db'), 2);
	return {cwd, old: fingerprint(join(cwd, 'copy.db'))};
}

for (const [signal, exit] of [
	['SIGHUP', 129],
	['SIGINT', 130],
	['SIGTERM', 143],
] as const) {
	test.serial(`copy: ${signal} ends it with ${String(exit)}, and nothing is left behind`, async (t) => {
		const {cwd, old} = setUp(t);
		const cli = startCli(t, ['copy', 'app.db', 'copy.db', '--json', ...SLOWLY], {cwd});
		await untilWritten(cli, 'stdout', '"progress"');
		t.true(listDirectory(cwd).some((name) => name.startsWith('.hotcopy-')));
		cli.signal(signal);
		const result = await cli.result;

		t.like(result, {exit, stderr: ''});
		t.like(recordsOf(result).at(-1), {type: 'error', code: 'ABORT_ERR', message: `Stopped by ${signal}`});
		t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db']);
		t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
	});
}

test.serial('copy-all: SIGINT ends it, and what was not done is told of', async (t) => {
	const {cwd} = setUp(t);
	mkdirSync(join(cwd, 'tenants'));
	for (const name of ['a.db', 'b.db', 'c.db']) makeTagged(join(cwd, 'tenants', name), 3);
	// One that is there stays.
	mkdirSync(join(cwd, 'old'));
	const args = ['copy-all', 'tenants/*', '--out', 'old/new/backups', '--json', '--jobs', '2', ...SLOWLY];
	const cli = startCli(t, args, {cwd});
	await untilWritten(cli, 'stdout', '"progress"');
	cli.signal('SIGINT');
	const result = await cli.result;

	t.like(result, {exit: 130, stderr: ''});
	const [summary, error] = recordsOf(result).slice(-2);
	t.like(summary, {type: 'summary', copied: 0, failed: 0, left: 3, bytes: 0});
	t.like(error, {type: 'error', code: 'ABORT_ERR'});
	t.deepEqual(listDirectory(join(cwd, 'old')), []);
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'old', 'tenants']);
});

test.serial('a signal in the middle of a check kills the process that checks', async (t) => {
	const {cwd, old} = setUp(t);
	for (const name of ['endless.db', 'other.db']) {
		makeEndless(join(cwd, name), 'small');
		// A check that is killed leaves a `-wal` beside such a one.
		executeOutside(join(cwd, name), 'PRAGMA journal_mode = WAL');
	}

	const copying = startCli(t, ['copy', 'endless.db', 'copy.db', '--verify', '--quiet'], {cwd});
	const checking = startCli(t, ['verify', 'other.db'], {cwd});
	await until(() => [copying, checking].every(({pid}) => findBusyChecks(pid).length === 1), 'both are checked');
	const children = [copying, checking].flatMap(({pid}) => findBusyChecks(pid));
	t.is(children.length, 2);
	// A terminal sends Ctrl-C to them as well. What that stops, and what is said of it, is not for them to decide.
	for (const child of children) {
		process.kill(child, 'SIGINT');
		const before = ticksOf(child);
		await until(() => ticksOf(child) > before + A_WHILE, 'it goes on');
	}

	copying.signal('SIGINT');
	checking.signal('SIGINT');
	const results = await Promise.all([copying.result, checking.result]);

	for (const result of results) {
		t.like(result, {exit: 130, stdout: ''});
		t.deepEqual(complaintsOf(result), ['sqlite-hotcopy: ABORT_ERR: Stopped by SIGINT']);
	}

	await until(() => stillRunning(children).length === 0, 'the children are gone');
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'endless.db', 'other.db']);
	t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
});

/** A copy that will take a minute to remove its file, and so to clean up, once it is stopped. */
async function startStuck(t: ExecutionContext, cwd: string): Promise<Stuck> {
	const cli = startCli(t, ['copy', 'app.db', 'copy.db', ...SLOWLY], {cwd});
	await until(() => listDirectory(cwd).some((name) => name.startsWith('.hotcopy-')), 'a staging file');
	const inject = ['-e', 'trace=unlink', '-e', 'inject=unlink:delay_enter=60s'];
	const strace = spawn('strace', ['-f', '-p', String(cli.pid), ...inject], {stdio: ['ignore', 'ignore', 'pipe']});
	const detached = once(strace, 'close');
	await once(strace.stderr, 'data');
	const untilKilled = async (): Promise<void> => {
		// It is over. Its parent hears of that when strace lets go.
		await until(() => isZombie(cli.pid), 'its end');
		strace.kill('SIGKILL');
		const {exit} = await cli.result;
		await detached;
		// As the system ends a program, which a shell calls 130.
		t.is(exit, 'SIGINT');
	};
	return {cli, untilKilled};
}

withStrace('an echo of the first signal, as under npx, does nothing', async (t) => {
	const {cwd, old} = setUp(t);
	const {cli, untilKilled} = await startStuck(t, cwd);
	// Not at the same time: of those that nobody has taken yet, the system makes one.
	spawnSync('sh', ['-c', 'kill -INT "$1"; sleep 0.01; kill -INT "$1"', 'sh', String(cli.pid)]);
	await untilWritten(cli, 'stderr', 'Press Ctrl-C again');
	cli.signal('SIGINT');
	await untilKilled();

	t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
});

withStrace('a second signal ends at once what the first cannot', async (t) => {
	const {cwd, old} = setUp(t);
	const {cli, untilKilled} = await startStuck(t, cwd);
	cli.signal('SIGINT');
	// Before anybody is told to.
	await sleep(250);
	cli.signal('SIGINT');
	await untilKilled();

	t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
});

test.serial('when nobody reads its output any more, it ends quietly', async (t) => {
	const {cwd, old} = setUp(t);
	const cli = startCli(t, ['copy', 'app.db', 'copy.db', '--json', ...SLOWLY], {cwd});
	await untilWritten(cli, 'stdout', '"progress"');
	cli.stopReading();
	const {exit, stderr} = await cli.result;

	t.deepEqual({exit, stderr}, {exit: 141, stderr: ''});
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db']);
	t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
});

for (const args of [[], ['--json', '--quiet'], ['--quiet', '--checksum']]) {
	test.serial(`copy ${args.join(' ')}: when nobody reads its last words, it is not a success`, async (t) => {
		const {cwd} = setUp(t);
		const cli = startCli(t, ['copy', 'app.db', 'copy.db', ...args], {cwd});
		cli.stopReading();
		const {exit, stderr} = await cli.result;

		t.is(exit, 141);
		t.deepEqual(complaintsOf({stderr}), []);
		t.false(stderr.includes('Ctrl-C'), stderr);
	});
}

test.serial('a checksum that could not be written is a failure, and told of', (t) => {
	if (!existsSync('/dev/full')) {
		t.log('NOT TESTED: there is no /dev/full here.');
		t.pass();
		return;
	}

	const {cwd} = setUp(t);
	const words = [...COMMAND, 'copy', 'app.db', 'copy.db', '--quiet', '--checksum'];
	const {status, stderr} = spawnSync('sh', ['-c', '"$@" > /dev/full', 'sh', ...words], {cwd, encoding: 'utf8'});

	t.is(status, 1);
	t.regex(stderr, /^sqlite-hotcopy: [^\n]*output could not be written: ENOSPC[^\n]*\n$/);
});
