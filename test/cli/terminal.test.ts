import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeEndless} from '../helpers/broken.js';
import {COMMAND} from '../helpers/cli.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {lockOut} from '../helpers/lock.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';
import {hasTmux, openTerminal} from '../helpers/terminal.js';

/** As a person sees it, which takes tmux. */
const atTerminal = hasTmux() ? test.serial : test.serial.skip;

/** More than a minute for a database of 70 kB: it is there to be looked at, and then stopped. */
const SLOWLY = ['--pages', '1', '--max-rate', '1kB'];

function setUp(t: ExecutionContext): string {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'app.db'), 1);
	makeTagged(join(cwd, 'copy.db'), 2);
	return cwd;
}

/** A directory with so many databases and, before them, a file that is none. */
function addTenants(cwd: string, count: number): void {
	mkdirSync(join(cwd, 'tenants'));
	writeFileSync(join(cwd, 'tenants/0.db'), 'no database'.repeat(100));
	for (let index = 1; index <= count; index++) makeTagged(join(cwd, `tenants/${String(index)}.db`), 3);
}

atTerminal(
	'copy draws a bar with rate and time left; Ctrl-C ends it with 130, and nothing is left behind',
	async (t) => {
		const cwd = setUp(t);
		const old = fingerprint(join(cwd, 'copy.db'));
		const terminal = await openTerminal(t, ['copy', 'app.db', 'copy.db', ...SLOWLY], {cwd});
		await terminal.untilSeen(/^█+░+ +\d+ % {2}[\d.]+ kB of [\d.]+ kB, [\d.]+ k?B\/s, (?:\dm )?\d+s left$/);
		await terminal.press('C-c');

		t.is(await terminal.exitCode(), 130);
		const screen = await terminal.screen();
		t.deepEqual(
			screen.filter((line) => !/\^C|^Stopping\./.test(line)),
			['sqlite-hotcopy: ABORT_ERR: Stopped by SIGINT', 'exit code 130'],
		);
		t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db']);
		t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
	},
);

atTerminal('as npx runs it: Ctrl-C, which npx gets as well, leaves nothing behind', async (t) => {
	const cwd = setUp(t);
	const old = fingerprint(join(cwd, 'copy.db'));
	// As a package that is installed has it.
	const directory = join(cwd, 'node_modules', '.bin');
	mkdirSync(directory, {recursive: true});
	const command = COMMAND.map((word) => `'${word}'`).join(' ');
	writeFileSync(join(directory, 'sqlite-hotcopy'), `#!/bin/sh\nexec ${command} "$@"\n`, {mode: 0o755});
	const npx = ['npx', '--no', 'sqlite-hotcopy'];
	const terminal = await openTerminal(t, ['copy', 'app.db', 'copy.db', ...SLOWLY], {cwd, command: npx});
	await terminal.untilSeen(/^█+░+ +\d+ % /);
	await terminal.press('C-c');

	t.is(await terminal.exitCode(), 130);
	const screen = await terminal.screen();
	t.true(screen.includes('sqlite-hotcopy: ABORT_ERR: Stopped by SIGINT'), screen.join('\n'));
	t.false(
		screen.some((line) => /[█░]/.test(line)),
		screen.join('\n'),
	);
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'node_modules']);
	t.deepEqual(fingerprint(join(cwd, 'copy.db')), old);
});

atTerminal('the bar tells of a lock, and goes at the end', async (t) => {
	const cwd = setUp(t);
	const unlock = await lockOut(t, join(cwd, 'app.db'));
	const terminal = await openTerminal(t, ['copy', 'app.db', 'copy.db', '--sleep', '50ms'], {cwd});
	await terminal.untilSeen(/^░+ {3}0 % {2}waiting for a lock$/);
	await unlock();

	t.is(await terminal.exitCode(), 0);
	const [report = '', ...others] = await terminal.screen();
	t.regex(report, /^\/.*copy\.db: [\d.]+ kB in [\d.ms ]+ \([\d.]+ k?B\/s\) by \w+$/);
	t.deepEqual(others, ['exit code 0']);
	t.deepEqual(stateOf(join(cwd, 'copy.db')), tagged(1));
});

atTerminal('Ctrl-C reaches the process that checks as well, and it is still the signal that is told of', async (t) => {
	const cwd = setUp(t);
	makeEndless(join(cwd, 'endless.db'), 'small');
	const terminal = await openTerminal(t, ['verify', 'app.db', 'endless.db'], {cwd});
	await terminal.untilSeen(/^Checking endless\.db/);
	await terminal.press('C-c');

	t.is(await terminal.exitCode(), 130);
	t.regex((await terminal.screen()).join('\n'), /^ok: app\.db: .*\n(?:.*\n)+.*ABORT_ERR: Stopped by SIGINT$/m);
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'endless.db']);
});

atTerminal(
	'copy-all draws a bar for the whole and one for each copy that runs; failures stay to be read',
	async (t) => {
		const cwd = setUp(t);
		addTenants(cwd, 3);
		const args = ['copy-all', 'tenants/*', '--out', 'backups', '--jobs', '2', ...SLOWLY];
		const terminal = await openTerminal(t, args, {cwd, columns: 90});
		await terminal.untilSeen(/^█+░+ +\d+ % {2}1 of 4 databases, 1 failed, [\d.]+ k?B, [\d.]+ k?B\/s/);
		const during = await terminal.untilSeen(/^█+░+ +\d+ % {2}tenants\/[123]\.db {2}[\d.]+ kB$/);
		t.is(during.filter((line) => /^[█░]+ +\d+ % {2}tenants\//.test(line)).length, 2, during.join('\n'));
		await terminal.press('C-c');

		t.is(await terminal.exitCode(), 130);
		const screen = await terminal.screen();
		// Longer than the terminal is wide, and yet all of it.
		t.regex(screen.join(''), /^sqlite-hotcopy: tenants\/0\.db: ERR_BACKUP_SOURCE: .* or it is encrypted\./);
		t.regex(screen.join('\n'), /│ copied +│ +0 │.*\n│ failed +│ +1 │.*\n│ not done │ +3 │/);
		t.false(screen.some((line) => /[█░]/.test(line)));
		t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'tenants']);
	},
);

atTerminal('copy-all takes its bars away at the end', async (t) => {
	const cwd = setUp(t);
	addTenants(cwd, 3);
	const args = ['copy-all', 'tenants/*', '--out', 'backups', '--jobs', '2', '--checksum'];
	const terminal = await openTerminal(t, args, {cwd, columns: 200});

	t.is(await terminal.exitCode(), 1);
	const screen = (await terminal.screen()).join('\n');
	t.is(screen.match(/^[\da-f]{64} {2}\/.*\/backups\/[123]\.db$/gm)?.length, 3, screen);
	t.regex(screen, /^sqlite-hotcopy: tenants\/0\.db: ERR_BACKUP_SOURCE: /m);
	t.regex(screen, /│ copied │ +3 │.*\n│ failed │ +1 │/);
	t.false(/[█░]/.test(screen), screen);
});

atTerminal('more copies at a time than the terminal has lines', async (t) => {
	const cwd = setUp(t);
	addTenants(cwd, 12);
	const args = ['copy-all', 'tenants/[1-9]*', '--out', 'backups', '--jobs', '12', ...SLOWLY];
	const terminal = await openTerminal(t, args, {cwd, rows: 9});
	const during = await terminal.untilSeen(/^█+░+ +\d+ % {2}tenants\//);
	t.regex(during[0] ?? '', /^[█░]+ +\d+ % {2}0 of 12 databases/);
	t.is(during.length, 6);
	await terminal.press('C-c');

	t.is(await terminal.exitCode(), 130);
	t.deepEqual(listDirectory(cwd), ['app.db', 'copy.db', 'tenants']);
});

atTerminal('colour for errors, but not with NO_COLOR; no bar where a terminal can do nothing', async (t) => {
	const cwd = setUp(t);
	const args = ['copy', 'none.db', 'copy.db'];
	const coloured = await openTerminal(t, args, {cwd});
	const plain = await openTerminal(t, args, {cwd, env: {NO_COLOR: '1'}});
	const slowly = ['--pages', '1', '--max-rate', '20kB'];
	const dumb = await openTerminal(t, ['copy', 'app.db', 'copy.db', ...slowly], {cwd, env: {TERM: 'dumb'}});

	t.deepEqual([await coloured.exitCode(), await plain.exitCode(), await dumb.exitCode()], [1, 1, 0]);
	const red = '\x1B[1m\x1B[31msqlite-hotcopy:';
	t.true((await coloured.colours()).includes(red), JSON.stringify(await coloured.colours()));
	t.false((await plain.colours()).includes('\x1B'), JSON.stringify(await plain.colours()));
	const lines = (await dumb.screen()).join('\n');
	t.regex(lines, /^ *\d+ % {2}/m);
	t.false(/[█░]/.test(lines));
});
