import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {copyFile, mkdir, readdir, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import type {Inspection} from '../harness/database-program.js';
import type {Sources} from '../harness/databases.js';
import type {Trial} from './situation.js';

/** What a database turns out to be. */
export type Content =
	| 'new copy'
	| 'old copy'
	/** No tables, and SQLite finds no fault. */
	| 'empty'
	| 'broken';

export interface FoundFile {
	readonly name: string;
	readonly bytes: number;
}

/** What was found when all was over. */
export interface Found {
	/** In the directory, before anybody opened the target. */
	readonly files: readonly FoundFile[];
	/** Undefined where there is no file of that name. */
	readonly target: FoundTarget | undefined;
}

export interface FoundTarget {
	readonly bytes: number;
	/** Whether it was the old copy byte for byte, before anybody opened it. */
	readonly untouched: boolean;
	/** What it is for somebody who takes the file without its sidecars. */
	readonly alone: Content;
	/** What it is for somebody who opens it where it is: SQLite rolls back what is left unfinished. */
	readonly content: Content;
	readonly inspection: Inspection;
}

/** A new name in an empty directory. */
export async function newTarget({directory}: Trial): Promise<string> {
	const copies = join(directory, 'copies');
	await mkdir(copies);
	return join(copies, 'copy.db');
}

/** An old copy. */
export async function oldTarget(trial: Trial): Promise<string> {
	const target = await newTarget(trial);
	await copyFile(pathOf(trial.old), target);
	return target;
}

export function pathOf({paths: [path = '']}: Sources): string {
	return path;
}

/** Looks at a target that nobody has open any more. */
export async function lookAt(target: string, copied: Sources, {databases, directory, old}: Trial): Promise<Found> {
	const files = await listFiles(dirname(target));
	const file = files.find(({name}) => name === basename(target));
	if (file === undefined) return {files, target: undefined};

	const untouched = (await digest(target)) === (await digest(pathOf(old)));
	const alone = join(directory, 'alone.db');
	await copyFile(target, alone);
	const inspectedAlone = await databases.inspect(alone);
	const inspection = await databases.inspect(target);
	return {
		files,
		target: {
			bytes: file.bytes,
			untouched,
			alone: contentOf(inspectedAlone, copied, old),
			content: contentOf(inspection, copied, old),
			inspection,
		},
	};
}

export async function listFiles(directory: string): Promise<FoundFile[]> {
	const names = (await readdir(directory)).toSorted();
	return Promise.all(names.map(async (name) => ({name, bytes: (await stat(join(directory, name))).size})));
}

function contentOf({integrity, contents}: Inspection, copied: Sources, old: Sources): Content {
	if (integrity !== 'ok') return 'broken';
	if (contents === undefined) return 'empty';
	// A writer moves money, so the sum stays what it was.
	const isOf = (made: Sources): boolean => contents.rows === made.contents.rows && contents.sum === made.contents.sum;
	if (isOf(copied)) return 'new copy';
	return isOf(old) ? 'old copy' : 'broken';
}

async function digest(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex');
}
