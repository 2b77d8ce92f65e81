import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ThreadOptions} from '../../src/index.js';
import {preload} from './threads.js';

/** What can be done to the threads of a manager; see `test/fixtures/saboteur.ts`. */
export interface Sabotage {
	readonly options: ThreadOptions;
	order(harm: string): void;
	stop(): void;
}

/** Orders are given through a file of the directory. */
export function prepareSabotage(directory: string): Sabotage {
	const file = join(directory, 'sabotage');
	return {
		options: {
			execArgv: preload('saboteur.ts'),
			env: {...process.env, HOTCOPY_TEST_SABOTAGE: file},
			// Little enough to be used up soon, and plenty for a backup.
			resourceLimits: {maxOldGenerationSizeMb: 100},
		},
		order: (harm) => {
			writeFileSync(file, harm);
		},
		stop: () => {
			rmSync(file, {force: true});
		},
	};
}
