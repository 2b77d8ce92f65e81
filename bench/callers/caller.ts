import type {StrategyOption} from '../../src/index.js';

/** How one copy is asked for, where there is a choice. */
export interface CallSettings {
	/** For sqlite-hotcopy alone. */
	readonly strategy?: StrategyOption;
	/** For sqlite-hotcopy alone: whether somebody listens to all of its events. */
	readonly listening?: boolean;
	/** All pages in one step, where the default is a hundred: for better-sqlite3 and `node:sqlite`. */
	readonly whole?: boolean;
}

/**
 * Somebody who makes one copy as the library's documentation shows it: with its defaults, and without the care that the
 * sides of `sides/` take to be as fast as they can.
 */
export interface Caller {
	/** As an application would have the database open. */
	open(source: string, settings: CallSettings): Opened | Promise<Opened>;
}

export interface Opened {
	/** Resolves when the library says that there is a copy, and rejects as it does. */
	copy(target: string, call: Call): Promise<Copied>;
	close(): void | Promise<void>;
}

/** One copy, from the side of the bench. */
export interface Call {
	/**
	 * Fires when the copy is to be stopped. Given, the call is made in the way in which it can be stopped, which is not the
	 * default of all.
	 */
	readonly stop: AbortSignal | undefined;
	/** Told when the copy began again with the first page. */
	readonly onRestarts: (times: number) => void;
}

export interface Copied {
	/** Milliseconds for which a main thread other than ours could do nothing else. */
	readonly blockedMs?: number;
}
