import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is needed of npm's lock files. https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
interface Lock {
	readonly packages: Readonly<Record<string, {readonly version?: string; readonly optional?: boolean}>>;
}

/** Installs the bench's own packages where they are missing or out of date. @throws Error that says what to run */
export function installPackages(): void {
	if (isInstalled()) return;
	console.log(
		"Installing the bench's packages with `npm ci --prefix bench` (node-sqlite3 may be compiled: a minute or two)",
	);
	const {status, error} = spawnSync('npm', ['ci', '--prefix', BENCH, '--no-audit', '--no-fund'], {
		cwd: ROOT,
		env: {...process.env, ...headers()},
		stdio: 'inherit',
		// npm is a script of the shell there.
		shell: process.platform === 'win32',
	});
	if (status !== 0) {
		throw new Error("The bench's packages could not be installed. Run `npm ci --prefix bench` and see why.", {
			cause: error,
		});
	}
}

/** Compares what npm says it installed with what it should. What is optional, a peer, may be missing. */
function isInstalled(): boolean {
	const installed = join(BENCH, 'node_modules', '.package-lock.json');
	if (!existsSync(installed)) return false;
	const there = readLock(installed);
	return Object.entries(readLock(join(BENCH, 'package-lock.json'))).every(
		([path, {version, optional}]) => path === '' || optional === true || there[path]?.version === version,
	);
}

function readLock(path: string): Lock['packages'] {
	return (JSON.parse(readFileSync(path, 'utf8')) as Lock).packages;
}

/** The headers of the Node.js that comes with the devDependencies, so that node-gyp need not download them. */
function headers(): NodeJS.ProcessEnv {
	const directory = join(ROOT, 'node_modules/node/node_modules', `node-${process.platform}-${process.arch}`);
	return existsSync(join(directory, 'include/node')) ? {npm_config_nodedir: directory} : {};
}
