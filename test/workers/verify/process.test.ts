import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {backup} from '../../../src/index.js';
import {backupApart, type ApartOptions} from '../../helpers/apart.js';
import {makeEndless, makeSound, makeTorn, SIZES} from '../../helpers/broken.js';
import {healthOf, healthy} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {findChecks, until} from '../../helpers/processes.js';

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

onLinux('children end when their process is killed', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeEndless(source, 'large');
	const targets = ['one.db', 'two.db'].map((name) => join(directory, name));
	const apart = backupApart(
		t,
		targets.map((target) => ({source, target, options: {verify: 'full'}})),
		{together: true},
	);

	await until('both children check', () => findChecks(directory).length === targets.length);
	await apart.kill();

	await until('the children are gone', () => findChecks(directory).length === 0);
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
	const {kill} = backupApart(t, [{source, target, options: {verify: 'full'}}], {
		env: {NODE_OPTIONS: `--import=${fixture('preload-trace.ts')}`, TRACE: trace},
	});

	// In an endless check: it has loaded all that it ever will.
	await until('the child is busy', () => findChecks(directory).some((pid) => cpuTicksOf(pid) > 20));
	const loaded = readFileSync(trace, 'utf8');
	await kill();

	t.true(loaded.includes('apart.ts'), 'the loader works');
	t.false(loaded.includes('children/verify'), loaded);
});

/** Where a process cannot be started, in the ways that Node.js tells of it: later, at once, or not at all. */
const UNABLE: Readonly<Record<string, ApartOptions>> = {
	'no Node.js to be found': {manager: {execArgv: [`--import=${fixture('preload-no-node.ts')}`]}},
	'no right to start processes': {
		nodeArguments: [
			'--permission',
			'--allow-fs-read=*',
			'--allow-fs-write=*',
			'--allow-worker',
			'--allow-addons',
			'--disable-warning=SecurityWarning',
		],
	},
	'no file descriptors for pipes': {manager: {execArgv: [`--import=${fixture('preload-few-descriptors.ts')}`]}},
};

for (const [name, options] of Object.entries(UNABLE)) {
	onLinux(`${name}: the check is done in the worker`, async (t) => {
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
			],
			{...options, manager: {maxThreads: 1, ...options.manager}},
		);

		t.deepEqual(await next(), {status: 'fulfilled'});
		t.deepEqual(healthOf(copy), healthy(SIZES.large));
		t.like(await next(), {status: 'rejected', code: 'ERR_BACKUP_VERIFY'});
		t.false(existsSync(refused));
	});
}

/** Clock ticks that a process has used, by fields 14 and 15 of /proc/PID/stat. */
function cpuTicksOf(pid: number): number {
	try {
		const [, fields = ''] = /\) (.*)/.exec(readFileSync(`/proc/${String(pid)}/stat`, 'latin1')) ?? [];
		const values = fields.split(' ').map(Number);
		return (values[11] ?? 0) + (values[12] ?? 0);
	} catch {
		return 0;
	}
}
