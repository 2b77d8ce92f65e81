import {mkdir, rm, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {runCommand} from '../sides/run-command.js';
import type {Contents, DatabaseMethods, Inspection} from './database-program.js';
import {size} from './format.js';
import {startProgram} from './program.js';

/** Databases to copy, all alike. */
export interface Sources {
	readonly paths: readonly string[];
	/** Of all of them. */
	readonly bytes: number;
	readonly contents: Contents;
	remove(): Promise<void>;
}

/** Makes databases and checks their copies, in another process. */
export interface Databases {
	/** @param bytes of each, to a page or two */
	make(directory: string, count: number, bytes: number): Promise<Sources>;
	/** Makes what is in memory and on disk alike for whoever comes next: nothing waits to be written, the sources are cached. */
	settle(sources: Sources): Promise<void>;
	/** @throws Error when one is missing or not a whole copy. */
	check(paths: readonly string[], sources: Sources, samePages: boolean): Promise<void>;
	/** Opens a database and looks what is in it. */
	inspect(path: string): Promise<Inspection>;
	end(): Promise<void>;
}

export function startDatabases(signal: AbortSignal): Databases {
	const url = new URL('database-program.ts', import.meta.url);
	const program = startProgram<DatabaseMethods>(url, 'the databases', {signal});
	return {
		async make(directory, count, bytes) {
			await mkdir(directory, {recursive: true});
			await requireSpace(directory, count * bytes);
			const paths = Array.from({length: count}, (_, index) => join(directory, `${String(index)}.db`));
			const contents = await program.call('make', paths, bytes);
			const total = contents.pages * contents.pageSize * count;
			return {
				paths,
				contents,
				bytes: total,
				remove: async () => rm(directory, {recursive: true, force: true}),
			};
		},
		async settle({paths}) {
			await flushFileSystem(paths);
			await program.call('warm', paths);
		},
		async check(paths, {contents}, samePages) {
			const problem = await program.call('check', paths, contents, samePages);
			if (problem !== undefined) throw new Error(`Not a copy: ${problem}`);
		},
		inspect: async (path) => program.call('inspect', path),
		end: async () => program.end(),
	};
}

/** For the sources, one copy of each, and some room. @throws Error when there is less */
export async function requireSpace(directory: string, bytes: number): Promise<void> {
	const needed = 2.2 * bytes;
	const {bavail, bsize} = await statfs(directory);
	if (bavail * bsize >= needed) return;
	throw new Error(
		`${directory} has ${size(bavail * bsize)} left, and this needs ${size(needed)}. Give another directory with --dir.`,
	);
}

async function flushFileSystem([path = '.']: readonly string[]): Promise<void> {
	if (process.platform === 'linux') await runCommand('sync', ['--file-system', path]);
	else if (process.platform !== 'win32') await runCommand('sync', []);
}
