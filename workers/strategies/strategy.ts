import type {StrategyName} from '../../src/options.ts';
import type {JobContext} from '../context.ts';
import type {Source} from '../source/open.ts';

/** What a strategy copied. */
export interface Copied {
	/** Pages that the source had, and that the copy now has. */
	readonly pages: number;
	/** Bytes in a page. */
	readonly pageSize: number;
}

/** A way to copy a source into an empty staging file. */
export interface Strategy {
	readonly name: StrategyName;
	/** When this resolves, no lock is held on the source and no descriptor is open on the staging file. */
	copy(source: Source, staging: string, job: JobContext): Promise<Copied>;
}
