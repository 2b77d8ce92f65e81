import {execFile, spawnSync} from 'node:child_process';
import {chmodSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {LOADER} from '../helpers/loader.js';
import {isInstalled} from '../helpers/program.js';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../fixtures/thread-limit.ts', import.meta.url));

/** Somebody with no processes: the limit counts all that a user has, and root has none. */
const SOMEBODY = process.getuid?.() === 0 ? {uid: 54_321, gid: 54_321} : {};

const possible =
	process.platform === 'linux' &&
	isInstalled('prlimit') &&
	// Not where only root can look.
	spawnSync('test', ['-r', PROGRAM], SOMEBODY).status === 0;
const testLimit = possible ? test.serial : test.serial.skip;

testLimit('a thread that the system refuses fails its job, and no other', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	chmodSync(directory, 0o777);
	chmodSync(source, 0o666);
	const order = JSON.stringify({source, target: join(directory, 'copy.db')});

	const {stdout} = await run(process.execPath, [LOADER, PROGRAM, order], {
		...SOMEBODY,
		env: {...process.env, HOME: '/nonexistent'},
		timeout: 90_000,
		killSignal: 'SIGKILL',
	});

	t.deepEqual(JSON.parse(stdout), {
		refused: 'ERR_BACKUP_WORKER',
		finished: 'fulfilled',
		next: 'fulfilled',
		published: false,
	});
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db-1']);
});
