import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

/** How the names of all directories begin that tests make. */
export const TEST_DIRECTORY = 'hotcopy-test-';

/** A fresh directory of a test's own, on a real disk, removed when the test is over. */
export function makeDirectory(t: ExecutionContext): string {
	const directory = mkdtempSync(join(tmpdir(), TEST_DIRECTORY));
	t.teardown(() => {
		rmSync(directory, {recursive: true, force: true});
	});
	return directory;
}

/** The names in a directory, sorted: what a test compares to see that nothing was left behind. */
export function listDirectory(directory: string): string[] {
	return readdirSync(directory).sort();
}
