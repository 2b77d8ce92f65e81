import {join} from 'node:path';

/** A file that is to be copied, and where below the target's directory its copy belongs. */
export interface Match {
	/** The directory above which nothing of the tree is kept. */
	readonly base: string;
	/** The path from there. */
	readonly relative: string;
}

/** A directory that could not be looked into: what it holds is not among the matches. */
export interface Unreadable {
	readonly path: string;
	readonly error: Error;
}

export function pathOf({base, relative}: Match): string {
	return join(base, relative);
}
