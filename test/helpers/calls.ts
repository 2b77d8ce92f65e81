import {SQLITE_DONE, SQLITE_OK, type ProgressCallback} from '../../src/index.js';

/** One call of a progress callback. */
export type Call = Readonly<Parameters<ProgressCallback>>;

/** The calls of a copy that nothing disturbs, by the definition: one a step, the last with nothing remaining. */
export function callsOf(total: number, pages: number): Call[] {
	const step = pages > 0 ? pages : Infinity;
	const calls: Call[] = [];
	for (let copied = step; copied < total; copied += step) calls.push([SQLITE_OK, total - copied, total]);
	calls.push([SQLITE_DONE, 0, total]);
	return calls;
}
