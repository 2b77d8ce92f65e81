import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ThreadOptions} from '../../src/index.js';

/** Node.js options with which a thread loads a file of `test/fixtures/` before all else. */
export function preload(fixture: string): string[] {
	return ['--import', new URL(`../fixtures/${fixture}`, import.meta.url).href];
}

export interface ThreadLog {
	/** For the manager whose threads are to be counted. */
	readonly options: ThreadOptions;
	/** How many threads were started so far. */
	readonly started: number;
}

/** Counts the threads of a manager, in a file of the directory. */
export function logThreads(directory: string): ThreadLog {
	const file = join(directory, 'threads.log');
	return {
		options: {execArgv: preload('note-thread.ts'), env: {...process.env, HOTCOPY_TEST_THREADS: file}},
		get started() {
			return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
		},
	};
}

/** How many threads this process has, as Linux counts them. */
export function countThreads(): number {
	return readdirSync('/proc/self/task').length;
}
