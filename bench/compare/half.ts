import {readdir, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {startCaller, type CallerProcess} from '../callers/caller-process.js';
import {AS_BY_DEFAULT} from '../callers/copying.js';
import type {Trial} from './situation.js';
import {pathOf} from './target.js';

/** Milliseconds after which a copy will not be seen half made any more. */
const LIMIT = 10_000;

/** Begins a copy, and resolves when a file in the target's directory holds half of the source. */
export async function beginHalf(
	{contender, source, signal}: Trial,
	target: string,
	stoppable: boolean,
): Promise<CallerProcess> {
	const caller = await startCaller(contender, pathOf(source), signal);
	try {
		await caller.call('begin', target, {...AS_BY_DEFAULT, stoppable});
		const end = performance.now() + LIMIT;
		while ((await largest(dirname(target))) < source.bytes / 2) {
			if (performance.now() > end) throw new Error('No file has grown to half of the source');
			await sleep(1);
		}

		return caller;
	} catch (error) {
		await caller.kill();
		throw error;
	}
}

/** Bytes of the largest file. */
async function largest(directory: string): Promise<number> {
	const sizes = await Promise.all(
		(await readdir(directory)).map(async (name) =>
			stat(join(directory, name)).then(
				({size}) => size,
				// It was renamed or removed meanwhile.
				() => 0,
			),
		),
	);
	return Math.max(0, ...sizes);
}
