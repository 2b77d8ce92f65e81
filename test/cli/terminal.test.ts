import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import anyTest, {type ExecutionContext} from 'ava';
import {makeEndless} from '../helpers/broken.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';
import {hasTmux, openTerminal} from '../helpers/terminal.js';

/** As a person sees it, which takes tmux. */
const test = hasTmux() ? anyTest : anyTest.skip;

/** Some seconds for a database of 70 kB. */
const SLOWLY = ['--pages', '1', '--max-rate', '20kB'];

function setUp(t: ExecutionContext): string {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'app.db'), 1, {wal: true});
	makeTagged(join(cwd, 'copy.db'), 2);
	return cwd;
}

test('copy draws a bar with rate and time left, and takes it away at the end', async (t) => {
	const cwd = setUp(t);
	const terminal = openTerminal(t, ['copy', 'app.db', 'copy.db', ...SLOWLY], {cwd});
	await terminal.untilSeen(/^█+░+ {2}\d\d % {2}[\d.]+ kB of [\d.]+ kB, [\d.]+ kB\/s, \ds left$/);

	t.is(await terminal.exitCode(), 0);
	const [report = '', exit, ...others] = terminal.screen();
	t.regex(report, /^\/.*copy\.db: [\d.]+ kB in [\d.]+s \([\d.]+ kB\/s\) by pages$/);
	t.deepEqual([exit, others], ['exit code 0', []]);
	t.deepEqual(stateOf(join(cwd, 'copy.db')), tagged(1));
});

test('Ctrl-C ends a copy: the bar goes, the exit code is 130, nothing is left behind', async (t) => {
	const cwd = setUp(t);
	const old = fingerprint(join(cwd, 'copy.db'));
	const terminal = openTerminal(t, ['copy', 'app.db', 'copy.db', ...SLOWLY, '--max-rate', '1kB'], {cwd});
	await terminal.untilSeen(/^█+░+ /);
	terminal.press('C-c');

	t.is(await terminal.exitCode(), 130);
	t.true(terminal.screen().includes('sqlite-hotcopy: ABORT_ERR: Stopped by SIGINT'));
	t.false(terminal.screen().some((line) => /[█░]/.test(line)));
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db']);
	t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
});

test('Ctrl-C reaches the process that checks as well, and it is still the signal that is told of', async (t) => {
	const cwd = setUp(t);
	makeEndless(join(cwd, 'endless.db'), 'small');
	const terminal = openTerminal(t, ['verify', 'app.db', 'endless.db'], {cwd});
	await terminal.untilSeen(/^Checking endless\.db/);
	terminal.press('C-c');

	t.is(await terminal.exitCode(), 130);
	t.regex(terminal.screen().join('\n'), /^ok: app\.db: .*\n.*\n.*ABORT_ERR: Stopped by SIGINT$/m);
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'endless.db']);
});

test('copy-all draws a bar for the whole and one for each copy that runs; failures stay to be read', async (t) => {
	const cwd = setUp(t);
	mkdirSync(join(cwd, 'tenants'));
	for (const name of ['b', 'c', 'd']) makeTagged(join(cwd, 'tenants', `${name}.db`), 3);
	writeFileSync(join(cwd, 'tenants', 'a.db'), 'no database'.repeat(100));
	const args = ['copy-all', 'tenants/*', '--out', 'backups', '--jobs', '2', ...SLOWLY];
	const terminal = openTerminal(t, args, {cwd, columns: 90});
	await terminal.untilSeen(/^[█░]+ {3}\d % {2}tenants\/[bcd]\.db {2}[\d.]+ kB$/);
	const during = terminal.screen();
	t.is(during.filter((line) => /^[█░]+ +\d+ % {2}tenants\//.test(line)).length, 2, during.join('\n'));
	await terminal.untilSeen(/^[█░]+ +\d+ % {2}[1-3] of 4 databases, 1 failed, [\d.]+ k?B, [\d.]+ kB\/s/);

	t.is(await terminal.exitCode(), 1);
	const screen = terminal.screen().join('\n');
	// Longer than the terminal is wide, and yet all of it.
	t.regex(screen.replaceAll('\n', ''), /^sqlite-hotcopy: tenants\/a\.db: ERR_BACKUP_SOURCE: .* or it is encrypted\./);
	t.regex(screen, /│ copied │ +3 │.*\n│ failed │ +1 │/);
	t.false(/[█░]/.test(screen));
	t.deepEqual(listDirectory(join(cwd, 'backups')), ['b.db', 'c.db', 'd.db']);
});

test('more copies at a time than the terminal has lines', async (t) => {
	const cwd = setUp(t);
	mkdirSync(join(cwd, 'tenants'));
	const names = Array.from({length: 12}, (_, index) => `${String(index)}.db`);
	for (const name of names) makeTagged(join(cwd, 'tenants', name), 3);
	const args = ['copy-all', 'tenants/*', '--out', 'backups', '--jobs', '12', ...SLOWLY];
	const terminal = openTerminal(t, args, {cwd, rows: 9});
	await terminal.untilSeen(/^█+░+ +\d+ % {2}tenants\//);
	const during = terminal.screen();
	t.regex(during[0] ?? '', /^[█░]+ +\d+ % {2}\d+ of 12 databases/);
	t.is(during.length, 6);

	t.is(await terminal.exitCode(), 0);
	t.is(listDirectory(join(cwd, 'backups')).length, 12);
});

test('colour for errors, but not with NO_COLOR; no bar where a terminal can do nothing', async (t) => {
	const cwd = setUp(t);
	const args = ['copy', 'none.db', 'copy.db'];
	const coloured = openTerminal(t, args, {cwd});
	const plain = openTerminal(t, args, {cwd, env: {NO_COLOR: '1'}});
	const dumb = openTerminal(t, ['copy', 'app.db', 'copy.db', ...SLOWLY], {cwd, env: {TERM: 'dumb'}});

	t.deepEqual([await coloured.exitCode(), await plain.exitCode(), await dumb.exitCode()], [1, 1, 0]);
	const red = '\x1B[1m\x1B[31msqlite-hotcopy:';
	t.true(coloured.colours().includes(red), JSON.stringify(coloured.colours()));
	t.false(plain.colours().includes('\x1B'), JSON.stringify(plain.colours()));
	t.regex(dumb.screen().join('\n'), /^ *\d+ % {2}/m);
	t.false(/[█░]/.test(dumb.screen().join('\n')));
});
