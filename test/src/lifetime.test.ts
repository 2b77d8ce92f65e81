import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {LOADER} from '../helpers/loader.js';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../fixtures/lifetime.ts', import.meta.url));

/** How many times each program says "done": once for each backup that it has seen the end of. */
const PROGRAMS = {
	'the free function': 1,
	'the free function, with a child process': 1,
	'jobs that fail or are aborted': 2,
	'jobs that wait in the queue': 3,
	'a manager that was not used': 0,
	'a manager that was closed': 1,
};

for (const [program, backups] of Object.entries(PROGRAMS)) {
	test.serial(`a process ends by itself, after its backups: ${program}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		makeAccounts(source).close();
		const order = JSON.stringify({program, source, target: join(directory, 'copy.db')});

		// One that does not end is killed, which rejects.
		const {stdout, stderr} = await run(process.execPath, [LOADER, PROGRAM, order], {
			timeout: 90_000,
			killSignal: 'SIGKILL',
		});

		t.is(stdout, 'done\n'.repeat(backups));
		t.is(stderr, '');
	});
}
