import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {LOADER} from '../helpers/loader.js';

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../fixtures/second-sqlite.ts', import.meta.url));

interface Warning {
	readonly code: string;
	readonly name: string;
	readonly message: string;
}

async function warningsOf(directory: string, load: readonly string[]): Promise<readonly Warning[]> {
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	const order = JSON.stringify({load, source, target: join(directory, 'copy.db')});
	const {stdout} = await run(process.execPath, [LOADER, PROGRAM, order]);
	return JSON.parse(stdout) as readonly Warning[];
}

/** Another file with the addon of better-sqlite3, as a second copy of the package has it. */
function copyAddon(directory: string): string {
	const addons = join(dirname(require.resolve('better-sqlite3/package.json')), 'prebuilds');
	const name = readdirSync(addons).find((file) => file.includes(`${process.platform}-${process.arch}`));
	if (name === undefined) throw new Error(`There is no addon for this platform in ${addons}`);
	const copy = join(directory, 'other', 'better-sqlite3', 'prebuilds', name);
	mkdirSync(dirname(copy), {recursive: true});
	copyFileSync(join(addons, name), copy);
	return copy;
}

test.serial('a single SQLite is no reason to warn', async (t) => {
	t.deepEqual(await warningsOf(makeDirectory(t), ['better-sqlite3']), []);
});

test.serial('a second better-sqlite3 is warned of, once', async (t) => {
	const directory = makeDirectory(t);
	const copy = copyAddon(directory);
	const warnings = await warningsOf(directory, [copy]);
	t.is(warnings.length, 1);
	t.is(warnings[0]?.code, 'HOTCOPY_SECOND_SQLITE');
	t.true(warnings[0]?.message.includes(copy));
});

test.serial('node:sqlite beside better-sqlite3 is warned of, once', async (t) => {
	const warnings = await warningsOf(makeDirectory(t), ['node:sqlite']);
	t.is(warnings.length, 1);
	t.is(warnings[0]?.code, 'HOTCOPY_SECOND_SQLITE');
	t.true(warnings[0]?.message.includes('node:sqlite'));
});
