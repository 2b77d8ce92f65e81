import {mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {copyWith, startCaller, type CallerProcess} from '../../bench/callers/caller-process.js';
import {AS_BY_DEFAULT} from '../../bench/callers/copying.js';
import type {CallerName} from '../../bench/callers/index.js';
import {startDatabases, type Databases, type Sources} from '../../bench/harness/databases.js';
import {makeDirectory} from '../helpers/directory.js';
import {isInstalled} from '../helpers/program.js';

/** Those that need neither a build of the package nor the bench's own packages, with the program that each needs. */
const CALLERS: readonly (readonly [CallerName, string])[] = [
	['better-sqlite3', 'node'],
	['node:sqlite', 'node'],
	['CPython', 'python3'],
	['sqlite3 .backup', 'sqlite3'],
	['sqlite3 VACUUM INTO', 'sqlite3'],
];
const {signal} = new AbortController();

interface SetUp {
	readonly databases: Databases;
	readonly sources: Sources;
	/** Empty. */
	readonly copies: string;
	readonly caller: CallerProcess;
}

async function setUp(t: ExecutionContext, name: CallerName, bytes: number): Promise<SetUp> {
	const directory = makeDirectory(t);
	const databases = startDatabases(signal);
	t.teardown(async () => databases.end());
	const sources = await databases.make(join(directory, 'sources'), 1, bytes);
	const caller = await startCaller({label: name, name, settings: {}}, sources.paths[0] ?? '', signal);
	t.teardown(async () => caller.end());
	const copies = join(directory, 'copies');
	mkdirSync(copies);
	return {databases, sources, copies, caller};
}

for (const [name, program] of CALLERS) {
	const where = isInstalled(program) ? test.serial : test.serial.skip;

	where(`${name} makes a copy`, async (t) => {
		const {databases, sources, copies, caller} = await setUp(t, name, 1e6);
		const target = join(copies, 'copy.db');
		const {setbacks, afterAbortMs} = await copyWith(caller, target, AS_BY_DEFAULT);
		t.is(setbacks, 0);
		t.is(afterAbortMs, undefined);
		await t.notThrowsAsync(databases.check([target], sources, name !== 'sqlite3 VACUUM INTO'));
	});

	where(`${name} stops in the middle of a copy when it is told to, and says how long it took`, async (t) => {
		const {databases, sources, copies, caller} = await setUp(t, name, 64e6);
		const target = join(copies, 'copy.db');
		const cancelled = await caller.call('cancel', target, 0);
		t.true((cancelled?.ms ?? 0) > 0);
		t.deepEqual(cancelled?.filesLater, readdirSync(copies));
		await t.throwsAsync(databases.check([target], sources, false), {message: /^Not a copy/});
	});
}

test.serial('a copy that does not end is pending, and its process can be killed', async (t) => {
	const {copies, caller} = await setUp(t, 'better-sqlite3', 64e6);
	await caller.call('begin', join(copies, 'copy.db'), AS_BY_DEFAULT);
	const {state} = await caller.call('outcome', 0);
	t.is(state, 'pending');
	await caller.kill();
	t.throws(() => process.kill(caller.pid, 0), {code: 'ESRCH'});
});
