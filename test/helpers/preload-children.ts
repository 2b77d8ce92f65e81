import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ThreadOptions} from '../../src/index.js';
import {preload} from './threads.js';

/**
 * For a manager whose child processes load a file of `test/fixtures/` before all else: its threads find another Node.js
 * than theirs, in the directory.
 */
export function preloadChildren(directory: string, fixture: string, env: NodeJS.ProcessEnv = {}): ThreadOptions {
	const path = join(directory, 'node');
	writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' ${preload(fixture).join(' ')} "$@"\n`, {mode: 0o755});
	return {execArgv: preload('preload-no-node.ts'), env: {...process.env, ...env, EXEC_PATH: path}};
}
