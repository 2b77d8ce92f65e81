import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {preload} from './threads.js';
import {until} from './until.js';

/** A call at which a child process that clones or vacuums is to stop: see `test/fixtures/preload-hold.ts`. */
export interface Stop {
	/** `open NAME`, `stat NAME`, `look NAME`, `read NAME OFFSET`, `share` or `shared`; the staging file's name is `copy`. */
	readonly at: string;
	/** Which of several such calls: 1, the default, is the next one. */
	readonly time?: number;
}

/** Stops a child process of our own in the middle of what it does. */
export interface Hold {
	/** For the environment of the child. */
	readonly env: Readonly<Record<string, string>>;
	/** From now on it stops there. */
	set(stop: Stop): void;
	/** Resolves once it stands still. Rejects when it has done its work without getting there. */
	reached(work: Promise<unknown>): Promise<void>;
	/** It goes on. */
	release(): void;
}

/** Orders are given through files of the directory. */
export function prepareHold(directory: string): Hold {
	const file = join(directory, 'stop');
	const reached = `${file}.reached`;
	let count = 0;
	return {
		env: {HOTCOPY_TEST_STOP: file},
		set({at, time = 1}) {
			rmSync(reached, {force: true});
			// The number makes it another order than the last one. Renamed, so that nobody reads half of it.
			writeFileSync(`${file}.new`, JSON.stringify({at, time, count: ++count}));
			renameSync(`${file}.new`, file);
		},
		async reached(work) {
			const seen = until(() => existsSync(reached), 'the child to stand still');
			const first = await Promise.race([seen.then(() => 'seen'), work.then(() => 'over')]);
			if (first === 'seen') return;
			// Until it gives up, which nobody waits for.
			seen.catch(() => undefined);
			throw new Error(`The child never got to ${readFileSync(file, 'utf8')}`);
		},
		release() {
			rmSync(file, {force: true});
		},
	};
}

/** Node.js options with which the child can be stopped. */
export const HOLDABLE = preload('preload-hold.ts');
