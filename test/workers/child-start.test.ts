import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {backup, type BackupOptions} from '../../src/index.js';
import {backupApart, type ApartOptions} from '../helpers/apart.js';
import {makeEndless, makeSound, makeTorn, SIZES} from '../helpers/broken.js';
import {healthOf, healthy} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {findBusyChecks, findChecks, stillRunning, until} from '../helpers/processes.js';

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

onLinux('children end when their process is killed', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeEndless(source, 'large');
	const targets = ['one.db', 'two.db'].map((name) => join(directory, name));
	const {pid, kill} = backupApart(
		t,
		targets.map((target) => ({source, target, options: {verify: 'full'}})),
		{together: true},
	);

	await until('both children check', () => findChecks(pid).length === targets.length);
	const checks = findChecks(pid);
	await kill();

	await until('the children are gone', () => stillRunning(checks).length === 0);
	const strays = listDirectory(directory).filter((name) => name !== 'app.db');
	t.true(strays.length >= targets.length && strays.every((name) => name.startsWith('.hotcopy-')), strays.join(', '));
	for (const target of targets) await backup(source, target);
	t.deepEqual(listDirectory(directory), ['app.db', 'one.db', 'two.db']);
});

onLinux('a child starts without the NODE_OPTIONS of its process', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	const trace = join(directory, 'trace');
	makeEndless(source, 'large');
	const {pid, kill} = backupApart(t, [{source, target, options: {verify: 'full'}}], {
		env: {NODE_OPTIONS: `--import=${fixture('preload-trace.ts')}`, TRACE: trace},
	});

	// In an endless check: it has loaded all that it ever will.
	await until('the child is busy', () => findBusyChecks(pid).length > 0);
	const loaded = readFileSync(trace, 'utf8');
	await kill();

	t.true(loaded.includes('apart.ts'), 'the loader works');
	t.false(loaded.includes('children/main'), loaded);
});

const NO_NODE = {manager: {execArgv: [`--import=${fixture('preload-no-node.ts')}`]}};

/** Where a process cannot be started, in the ways that Node.js has of telling: later, at once, or by missing streams. */
const UNABLE: Readonly<Record<string, ApartOptions>> = {
	'no Node.js where it should be': {...NO_NODE, env: {EXEC_PATH: '/nonexistent/node'}},
	'no Node.js at all': {...NO_NODE, env: {EXEC_PATH: ''}},
	'no file descriptors for pipes': {
		manager: {execArgv: [`--import=${fixture('preload-few-descriptors.ts')}`]},
		descriptors: 200,
	},
};

for (const [name, options] of Object.entries(UNABLE)) {
	onLinux(`${name}: what a child would do is done in the worker, or by pages`, async (t) => {
		const directory = makeDirectory(t);
		const sound = join(directory, 'sound.db');
		const torn = join(directory, 'torn.db');
		const copy = join(directory, 'copy.db');
		const refused = join(directory, 'refused.db');
		makeSound(sound, 'large');
		makeTorn(torn, 'large');
		const {next} = backupApart(
			t,
			[
				{source: sound, target: copy, options: {verify: 'full'}},
				{source: torn, target: refused, options: {verify: 'full'}},
				{source: sound, target: copy, options: {strategy: 'vacuum'}},
				{source: sound, target: copy, options: {strategy: 'clone'}},
			],
			{...options, manager: {maxThreads: 1, ...options.manager}},
		);

		t.like(await next(), {status: 'fulfilled'});
		t.deepEqual(healthOf(copy), healthy(SIZES.large));
		t.like(await next(), {status: 'rejected', code: 'ERR_BACKUP_VERIFY'});
		t.false(existsSync(refused));
		for (const strategy of ['vacuum', 'pages']) {
			t.like(await next(), {status: 'fulfilled', strategy});
			t.deepEqual(healthOf(copy), healthy(SIZES.large));
		}
	});
}

onLinux('a child that is killed while it starts is followed by another one', async (t) => {
	const directory = makeDirectory(t);
	const [source, target, starts] = [join(directory, 'app.db'), join(directory, 'copy.db'), join(directory, 'starts')];
	const doomed = join(directory, 'doomed');
	writeFileSync(
		doomed,
		`#!/bin/sh\necho start >> '${starts}'\n[ $(wc -l < '${starts}') -gt 1 ] || kill -9 $$\nexec '${process.execPath}' "$@"\n`,
		{mode: 0o755},
	);
	// Its check has no end, and nothing could end it in the worker.
	makeEndless(source, 'large');
	const {pid, kill} = backupApart(t, [{source, target, options: {verify: 'full'}}], {
		env: {EXEC_PATH: doomed},
		manager: {maxThreads: 1, ...NO_NODE.manager},
	});

	const started = (): number => (existsSync(starts) ? readFileSync(starts, 'utf8').split('\n').length - 1 : 0);
	await until('the second child checks', () => started() > 1 && findBusyChecks(pid).length > 0);
	await kill();

	t.is(started(), 2);
});

/** What may stand where Node.js is looked for, as it does in a program that was packed. */
const IMPOSTORS = {'does not answer': 'exec sleep 600', 'ends at once': 'exit 1'};

for (const [what, command] of Object.entries(IMPOSTORS)) {
	onLinux(`a program that is none of ours, and ${what}, is not started again and again`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		const [impostor, starts] = [join(directory, 'impostor'), join(directory, 'starts')];
		writeFileSync(impostor, `#!/bin/sh\necho start >> '${starts}'\n${command}\n`, {mode: 0o755});
		makeSound(source, 'large');
		const jobs = ['clone', 'vacuum', 'clone'].map((strategy) => ({
			source,
			target,
			options: {strategy} as BackupOptions,
		}));
		const {next} = backupApart(t, jobs, {
			env: {EXEC_PATH: impostor},
			manager: {maxThreads: 1, ...NO_NODE.manager},
		});

		for (const strategy of ['pages', 'vacuum', 'pages']) {
			t.like(await next(), {status: 'fulfilled', strategy});
			t.deepEqual(healthOf(target), healthy(SIZES.large));
		}

		t.is(readFileSync(starts, 'utf8'), 'start\n');
	});
}
