/** `npm run package-check`: builds and packs this package, and uses the tarball as an application would. */
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {checkCommand, checkCommandOnOldNode, removeWhatTheCommandNeeds} from './cli.js';
import {installInto} from './install.js';
import {checkRefusal, findOldNode} from './old-node.js';
import {runProgram} from './program.js';
import {readExamples, runExample} from './readme.js';
import {checkContents, pack, type Tarball} from './tarball.js';

const ROOT = join(import.meta.dirname, '../..');

/** Does one check, and says how it went. A failure does not keep the others from being done. */
function check(what: string, action: () => unknown): boolean {
	try {
		action();
		console.log(`ok      ${what}`);
		return true;
	} catch (error) {
		console.log(`FAILED  ${what}\n${indent(error instanceof Error ? error.message : String(error))}`);
		process.exitCode = 1;
		return false;
	}
}

function indent(text: string): string {
	return text.replaceAll(/^/gm, '        ');
}

function describeSize({files, size, unpackedSize}: Tarball): string {
	const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
	return `        ${String(files.length)} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`;
}

function checkPackage(directory: string): void {
	const consumer = join(directory, 'consumer');
	mkdirSync(consumer);
	let tarball: Tarball | undefined;
	const packed = check('build and pack', () => {
		runProgram('npm', ['run', 'build'], ROOT);
		tarball = pack(ROOT, directory);
	});
	if (!packed || tarball === undefined) return;
	const {path} = tarball;
	console.log(describeSize(tarball));
	check('only what runs is in it', () => {
		if (tarball !== undefined) checkContents(tarball);
	});

	const tool = (name: string): string => join(ROOT, 'node_modules/.bin', name);
	check('publint', () => runProgram(tool('publint'), ['run', path, '--strict'], ROOT));
	check('attw', () => runProgram(tool('attw'), [path, '--profile', 'esm-only', '--no-color'], ROOT));

	if (
		!check('install into an empty folder', () => {
			installInto(consumer, path, ROOT);
		})
	)
		return;
	check('back up from an ES module', () => runProgram(process.execPath, ['esm.mjs'], consumer));
	check('back up from CommonJS', () => runProgram(process.execPath, ['commonjs.cjs'], consumer));
	check('npx sqlite-hotcopy', () => {
		checkCommand(consumer);
	});
	check('type-check a strict TypeScript consumer', () => runProgram(tool('tsc'), ['--project', consumer], consumer));

	for (const page of ['README.md', 'docs/errors.md']) {
		const examples = readExamples(join(ROOT, page));
		check(`find the examples of ${page}`, () => {
			assert(examples.length > 0);
		});
		for (const [index, code] of examples.entries()) {
			check(`run example ${String(index + 1)} of ${page}`, () => {
				runExample(code, consumer);
			});
		}
	}

	checkOnOldNode(consumer);
	check('back up without the packages that only the command needs', () => {
		removeWhatTheCommandNeeds(ROOT, consumer);
		runProgram(process.execPath, ['esm.mjs'], consumer);
	});
}

function checkOnOldNode(consumer: string): void {
	const old = findOldNode();
	if (old === undefined) {
		console.log('skipped too old a Node.js: there is none on the PATH');
		return;
	}

	for (const program of ['esm.mjs', 'commonjs.cjs']) {
		check(`${program} on Node.js ${old.version} says which version is needed`, () => {
			checkRefusal(old.path, program, consumer);
		});
	}

	check(`sqlite-hotcopy on Node.js ${old.version} says so in one line`, () => {
		checkCommandOnOldNode(old.path, consumer);
	});
}

const directory = mkdtempSync(join(tmpdir(), 'hotcopy-package-'));
try {
	checkPackage(directory);
} finally {
	rmSync(directory, {recursive: true, force: true});
}
