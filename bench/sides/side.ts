import type {StrategyOption} from '../../src/index.js';

/** How an application copies. */
export interface Settings {
	/** Copies at a time, 1 or more. */
	readonly concurrency: number;
	/** For sqlite-hotcopy alone. */
	readonly strategy?: StrategyOption;
	/** For sqlite-hotcopy alone: a manager for each time, so that its threads and their child processes must start first. */
	readonly fresh?: boolean;
}

/** One of those that are compared: sqlite-hotcopy or a peer. Each runs in a process of its own. */
export interface Side {
	/** What it is and which SQLite it brings. Loads what it needs, so it throws, with the reason, where it cannot run. */
	version(): string | Promise<string>;
	start(settings: Settings): Application | Promise<Application>;
}

/** An application that has databases open, as this side's users would have them, and copies them. */
export interface Application {
	/** Opens a connection on each and reads through it. */
	open(sources: readonly string[]): Promise<void>;
	/**
	 * Copies each database that is open to a file of the same name in the directory, which is empty. This is what is
	 * measured, so all copies are on disk when it resolves: their files and the names in the directory are flushed.
	 */
	copy(directory: string): Promise<Copied>;
	close(): Promise<void>;
}

export interface Copied {
	/** The ways that were taken, where a side chooses among several. */
	readonly strategies?: readonly string[];
}
