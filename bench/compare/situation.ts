import type {CallContender} from '../callers/contenders.js';
import type {Databases, Sources} from '../harness/databases.js';

/** Something that happens to a copy. Everyone is put in it, and watched. */
export interface Situation {
	/** The head of its row. */
	readonly title: string;
	/** What was done, and what was looked at. */
	readonly method: string;
	run(trial: Trial): Promise<Observed>;
}

/** One caller in one situation. */
export interface Trial {
	readonly contender: CallContender;
	/** Its own. */
	readonly directory: string;
	/** In WAL mode. */
	readonly source: Sources;
	/** With a rollback journal, and smaller. */
	readonly rollbackSource: Sources;
	/** What an earlier copy may have been: with a rollback journal, and smaller still. */
	readonly old: Sources;
	readonly databases: Databases;
	readonly signal: AbortSignal;
}

export interface Observed {
	/** In few words. */
	readonly cell: string;
	/** What the words come from. */
	readonly facts: object;
}
