import {cpSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {runProgram} from './program.js';

/** Packages that an application has beside the tarball, in the versions that are installed here. */
const BESIDE = ['better-sqlite3', '@types/better-sqlite3', '@types/node'];

/** Makes the consumer's folder an application of its own, in a place from which nothing of this repository is found. */
export function installInto(directory: string, tarball: string, root: string): void {
	cpSync(join(root, 'test/package/consumer'), directory, {recursive: true});
	writeFileSync(join(directory, 'package.json'), JSON.stringify({name: 'consumer', private: true}));
	const packages = BESIDE.map((name) => `${name}@${installedVersion(root, name)}`);
	runProgram('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball, ...packages], directory);
}

function installedVersion(root: string, name: string): string {
	const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
	const {version} = JSON.parse(text) as {readonly version: string};
	return version;
}
