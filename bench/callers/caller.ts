import type {StrategyName, StrategyOption} from '../../src/index.js';

/** How one copy is asked for, where there is a choice. */
export interface CallSettings {
	/** For sqlite-hotcopy alone. */
	readonly strategy?: StrategyOption;
	/** For sqlite-hotcopy alone: whether somebody listens to all of its events. */
	readonly listening?: boolean;
	/** For sqlite-hotcopy alone: pages a step, each of them reported to a callback. By default there is no callback. */
	readonly reportedPages?: number;
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
	/** Told of steps that got no further: the source was locked, or the copy began again with the first page. */
	readonly onSetbacks: (times: number) => void;
}

export interface Copied {
	/** The way that was taken, where there are several. */
	readonly strategy?: StrategyName;
	/** Milliseconds for which a main thread other than ours could do nothing else. */
	readonly blockedMs?: number;
}
