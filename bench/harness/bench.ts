import type {SideName} from '../sides/index.js';
import type {Databases} from './databases.js';

/** What a workload is given. */
export interface Bench {
	/** Small sizes and few rounds. */
	readonly quick: boolean;
	/** Its own, on a real disk; it is removed afterwards with all that is in it. */
	readonly directory: string;
	/** Those that can run here, ours first. */
	readonly sides: readonly SideName[];
	readonly databases: Databases;
	/** Aborted by Ctrl-C. */
	readonly signal: AbortSignal;
	/** Tells what is being done. */
	readonly log: (line: string) => void;
}

/** One of `workloads/`. */
export interface Workload {
	/** How it measures, for those who read the results. */
	readonly method: string;
	run(bench: Bench): Promise<Report>;
}

/** What a workload found. */
export interface Report {
	/** All figures, for the JSON. */
	readonly measurements: readonly object[];
	/** What follows from them, such as a fitted line. */
	readonly derived?: readonly object[];
	/** The figures that matter, for people. */
	readonly rows: readonly Readonly<Record<string, string>>[];
	/** A Vega-Lite specification without `config`. */
	readonly chart: object;
	/** What went otherwise than planned: copies that failed, rounds that were left out. */
	readonly notes: readonly string[];
}
