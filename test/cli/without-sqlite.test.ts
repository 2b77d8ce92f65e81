import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {makeDirectory} from '../helpers/directory.js';
import {makeTagged} from '../helpers/tagged.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The package as it is installed, but for better-sqlite3. */
function installWithout(t: ExecutionContext): string {
	const root = makeDirectory(t);
	for (const part of ['src', 'workers', 'package.json']) cpSync(join(ROOT, part), join(root, part), {recursive: true});
	mkdirSync(join(root, 'node_modules'));
	for (const name of readdirSync(join(ROOT, 'node_modules'))) {
		if (name === 'better-sqlite3' || name.startsWith('.')) continue;
		symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
	}

	return root;
}

function copy(t: ExecutionContext, root: string): {readonly status: number | null; readonly stderr: string} {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'app.db'), 1);
	const command = [join(root, 'src/cli/main.ts'), 'copy', 'app.db', 'copy.db', '--quiet'];
	return spawnSync(process.execPath, command, {cwd, encoding: 'utf8', env: {...process.env, NODE_OPTIONS: ''}});
}

test.serial('where better-sqlite3 is not installed, one line says so', (t) => {
	const {status, stderr} = copy(t, installWithout(t));

	t.is(status, 1);
	t.regex(stderr, /^sqlite-hotcopy: [^\n]*better-sqlite3[^\n]*Install it: npm install better-sqlite3\n$/);
});

test.serial('where the binary of better-sqlite3 is missing, one line says so', (t) => {
	const root = installWithout(t);
	const [from, to] = [join(ROOT, 'node_modules/better-sqlite3'), join(root, 'node_modules/better-sqlite3')];
	cpSync(from, to, {recursive: true, filter: (path) => !path.endsWith('.node')});
	rmSync(join(to, 'build'), {recursive: true, force: true});
	const {status, stderr} = copy(t, root);

	t.is(status, 1);
	t.regex(
		stderr,
		/^sqlite-hotcopy: ERR_BACKUP_WORKER: better-sqlite3 cannot be loaded: [^\n]*npm rebuild better-sqlite3\n$/,
	);
});
