import {copyWith, startCaller} from '../callers/caller-process.js';
import type {CallContender} from '../callers/contenders.js';
import type {CallerName} from '../callers/index.js';
import type {Program} from '../harness/program.js';
import {OURS} from '../sides/index.js';
import type {ServerMethods} from './requests-server.js';

/**
 * Another SQLite than the server's own. In one process, one of them would drop the locks of the other, so these copy from a
 * process beside the server. https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application
 */
const OTHER_SQLITE: ReadonlySet<CallerName> = new Set<CallerName>(['node:sqlite', 'node-sqlite3']);

/** Who copies the server's database. */
export interface Copier {
	readonly contender: CallContender;
	/** Makes one copy, its name flushed. @throws Error when it fails */
	readonly copy: (target: string) => Promise<void>;
	readonly end: () => Promise<void>;
}

/** Loads what copies are made with: in the server itself, if that is safe. */
export async function startCopier(
	contender: CallContender,
	server: Program<ServerMethods>,
	source: string,
	signal: AbortSignal,
): Promise<Copier> {
	const {name} = contender;
	if (OTHER_SQLITE.has(name)) {
		const caller = await startCaller(contender, source, signal);
		return {
			contender,
			copy: async (target) => {
				await copyWith(caller, target, {stoppable: false, flush: true});
			},
			end: async () => caller.end(),
		};
	}

	await server.call('prepare', source, name);
	return {
		contender,
		copy: async (target) => {
			const outcome = await server.call('copy', target, {stoppable: false, flush: name !== OURS});
			if (outcome.state === 'rejected') throw new Error(outcome.message);
		},
		// With the server.
		end: async () => Promise.resolve(),
	};
}
