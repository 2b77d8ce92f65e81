import assert from 'node:assert/strict';
import {join} from 'node:path';
import {runProgram} from './program.js';

export interface Tarball {
	readonly path: string;
	readonly files: readonly string[];
	/** In bytes, packed and unpacked. */
	readonly size: number;
	readonly unpackedSize: number;
}

/** What `npm pack --json` tells, as far as it is used. */
interface PackEntry {
	readonly filename: string;
	readonly size: number;
	readonly unpackedSize: number;
	readonly files: readonly {readonly path: string}[];
}

const ALLOWED =
	/^(?:dist\/(?:src|workers)\/[\w/-]+\.(?:js|d\.ts)|docs\/(?:cli|errors|guarantees)\.md|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
const REQUIRED = [
	'dist/src/index.js',
	'dist/src/index.d.ts',
	'dist/src/node-version.js',
	'dist/src/cli/main.js',
	'dist/workers/backup.js',
	'docs/errors.md',
	'package.json',
	'README.md',
	'CHANGELOG.md',
	'LICENSE',
];

/** Packs what was built. */
export function pack(root: string, directory: string): Tarball {
	const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
	const [entry] = JSON.parse(runProgram('npm', args, root)) as readonly PackEntry[];
	assert(entry !== undefined, 'npm pack told of no tarball');
	const {filename, size, unpackedSize, files} = entry;
	return {path: join(directory, filename), size, unpackedSize, files: files.map(({path}) => path)};
}

/** No tests, sources, settings or benchmarks, and nothing missing. */
export function checkContents({files}: Tarball): void {
	const strangers = files.filter((file) => !ALLOWED.test(file));
	assert.deepEqual(strangers, [], 'files that no user needs');
	const missing = REQUIRED.filter((file) => !files.includes(file));
	assert.deepEqual(missing, [], 'files that are missing');
}
