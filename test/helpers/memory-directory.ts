import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {TEST_DIRECTORY} from './directory.js';
import type {Scope} from './whole-file.js';

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';

/** As `makeDirectory`, for tests with thousands of backups: in memory where there is room for that, where a flush is free. */
export function makeMemoryDirectory(t: Scope): string {
	const directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), TEST_DIRECTORY));
	t.teardown(() => {
		rmSync(directory, {recursive: true, force: true});
	});
	return directory;
}
