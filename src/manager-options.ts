import type {ResourceLimits} from 'node:worker_threads';
import {BACKUP_DEFAULTS, type BackupOptions, type FilledBackupOptions} from './options.ts';
import {fillBackupOptions} from './validate-backup.ts';
import {checkOptions, choice, integer, LONGEST_TIMER, list, number, record, type Checks} from './validate.ts';

/** The thread options that are handed to Piscina as they are. */
export interface ThreadOptions {
	/** V8 memory limits of a worker thread. */
	readonly resourceLimits?: ResourceLimits | undefined;
	/** The environment of a worker thread. */
	readonly env?: NodeJS.ProcessEnv | undefined;
	/** Appended to a worker's `process.argv`. */
	readonly argv?: readonly string[] | undefined;
	/** Node.js options of a worker thread; inherited when left out. */
	readonly execArgv?: readonly string[] | undefined;
	/** Added to a worker's scheduling priority number where the system can (needs `@napi-rs/nice`). */
	readonly niceIncrement?: number | undefined;
	/**
	 * How an idle thread waits for work; see Piscina. With `'sync'`, a thread ends its child process after every job.
	 * @default 'disabled'
	 */
	readonly atomics?: 'sync' | 'async' | 'disabled' | undefined;
}

/** The options of a {@link BackupManager}. */
export interface ManagerOptions extends ThreadOptions {
	/**
	 * Threads that are kept while idle. 0 or more.
	 * @default 0
	 */
	readonly minThreads?: number | undefined;
	/**
	 * Threads at the most, which is the number of backups that run at a time. 1 or more.
	 * @default 4
	 */
	readonly maxThreads?: number | undefined;
	/**
	 * Milliseconds after which an idle thread ends. A new one costs some 40 ms. 0 or more; `Infinity` keeps it.
	 * @default 10_000
	 */
	readonly idleTimeout?: number | undefined;
	/**
	 * Jobs that may wait beyond those that run; one more is refused with `ERR_BACKUP_QUEUE_FULL`. 0 or more.
	 * @default Infinity
	 */
	readonly maxQueue?: number | undefined;
	/**
	 * Milliseconds that `close()` lets jobs go on before it aborts the rest. 0 or more.
	 * @default Infinity
	 */
	readonly closeTimeout?: number | undefined;
	/**
	 * Milliseconds between two `progress` events of a job; the first and the last always come. 0 or more.
	 * @default 100
	 */
	readonly progressInterval?: number | undefined;
	/** Options for every job, which a job's own override. */
	readonly defaults?: BackupOptions | undefined;
}

/** {@link ManagerOptions} after validation. */
export interface FilledManagerOptions {
	readonly minThreads: number;
	readonly maxThreads: number;
	readonly idleTimeout: number;
	readonly maxQueue: number;
	readonly closeTimeout: number;
	readonly progressInterval: number;
	readonly defaults: FilledBackupOptions;
	readonly threads: ThreadOptions;
}

const DEFAULTS = Object.freeze({
	minThreads: 0,
	maxThreads: 4,
	idleTimeout: 10_000,
	maxQueue: Infinity,
	closeTimeout: Infinity,
	progressInterval: 100,
});

const CHECKS: Checks<ManagerOptions> = {
	minThreads: integer({min: 0}),
	maxThreads: integer({min: 1}),
	idleTimeout: number({min: 0, max: LONGEST_TIMER, infinity: true, unit: 'milliseconds'}),
	maxQueue: integer({min: 0, infinity: true}),
	closeTimeout: number({min: 0, max: LONGEST_TIMER, infinity: true, unit: 'milliseconds'}),
	progressInterval: number({min: 0, infinity: true, unit: 'milliseconds'}),
	defaults: record('an object of backup options'),
	resourceLimits: record('an object of V8 limits'),
	env: record('an object of strings'),
	argv: list('an array of strings'),
	execArgv: list('an array of strings'),
	niceIncrement: integer({min: 0}),
	atomics: choice('sync', 'async', 'disabled'),
};

/**
 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
 */
export function fillManagerOptions(given: ManagerOptions = {}): FilledManagerOptions {
	const options = checkOptions('manager option', given, CHECKS);
	const {defaults, resourceLimits, env, argv, execArgv, niceIncrement, atomics, ...own} = options;
	const filled = {...DEFAULTS, ...own};
	if (options.maxThreads === undefined) filled.maxThreads = Math.max(filled.maxThreads, filled.minThreads);
	if (filled.minThreads > filled.maxThreads) {
		throw new RangeError(
			`The manager option "minThreads" (${String(filled.minThreads)}) must not be more than "maxThreads" ` +
				`(${String(filled.maxThreads)})`,
		);
	}

	return Object.freeze({
		...filled,
		defaults: fillBackupOptions(BACKUP_DEFAULTS, defaults),
		threads: {resourceLimits, env, argv, execArgv, niceIncrement, atomics},
	});
}
