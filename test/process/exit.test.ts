import {execFile} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {backup} from '../../src/index.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {LOADER} from '../helpers/loader.js';

const PROGRAM = fileURLToPath(new URL('../fixtures/exit.ts', import.meta.url));
const NEW = 1000;

interface End {
	readonly code: number | string | null | undefined;
	readonly stdout: string;
}

async function run(order: object): Promise<End> {
	return await new Promise((resolve) => {
		const args = [LOADER, PROGRAM, JSON.stringify(order)];
		execFile(process.execPath, args, {timeout: 90_000, killSignal: 'SIGKILL'}, (error, stdout) => {
			resolve({code: error === null ? 0 : error.code, stdout});
		});
	});
}

for (const [way, code] of [
	['process.exit', 3],
	['uncaught', 1],
] as const) {
	test.serial(`a process that ends in mid-copy, by ${way}, leaves the target as it was`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const backups = join(directory, 'backups');
		const target = join(backups, 'app.db');
		mkdirSync(backups);
		makeAccounts(source, {accounts: NEW}).close();
		makeAccounts(target).close();

		const end = await run({way, source, target});

		t.deepEqual(end, {code, stdout: ''});
		t.deepEqual(healthOf(target), healthy());

		await backup(source, target);

		t.deepEqual(healthOf(target), healthy(NEW));
		t.deepEqual(listDirectory(backups), ['app.db']);
	});
}

test.serial('a SIGTERM that is answered by close() lets the copy be finished', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const backups = join(directory, 'backups');
	const target = join(backups, 'app.db');
	mkdirSync(backups);
	makeAccounts(source, {accounts: NEW}).close();

	const end = await run({way: 'SIGTERM', source, target});

	t.deepEqual(end, {code: 0, stdout: 'done\nclosed\n'});
	t.deepEqual(healthOf(target), healthy(NEW));
	t.deepEqual(listDirectory(backups), ['app.db']);
});
