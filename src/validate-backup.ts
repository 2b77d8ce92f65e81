import {
	callable,
	checkOptions,
	choice,
	instance,
	integer,
	LONGEST_TIMER,
	number,
	record,
	show,
	text,
	type Checks,
	type Given,
} from './validate.ts';
import {toPath} from './paths.ts';
import {
	EXISTING_MODES,
	JOURNAL_MODES,
	SNAPSHOT_MODES,
	STRATEGY_OPTIONS,
	VERIFY_DEPTHS,
	type BackupOptions,
	type FilledBackupOptions,
	type SnapshotOptions,
} from './options.ts';

/** The highest number of pages in a step that SQLite's 32-bit argument can take. */
const MAX_PAGES = 2 ** 31 - 1;

export const CHECKS: Checks<BackupOptions> = {
	pages: integer({min: -MAX_PAGES, max: MAX_PAGES}),
	progress: callable,
	name: text,
	attach: record('an object of paths by name'),
	sleep: number({min: 0, unit: 'seconds'}),
	signal: instance('an AbortSignal', isAbortSignal),
	maxRate: number({min: 0, moreThanMin: true, infinity: true, unit: 'bytes a second'}),
	snapshot: choice(...SNAPSHOT_MODES),
	strategy: choice(...STRATEGY_OPTIONS),
	existing: choice(...EXISTING_MODES),
	verify: choice(false, ...VERIFY_DEPTHS),
	checksum: choice(false, 'sha256'),
	maxWalBytes: number({min: 0, moreThanMin: true, infinity: true, unit: 'bytes'}),
	stallTimeout: number({min: 0, infinity: true, unit: 'milliseconds'}),
	timeout: number({min: 0, moreThanMin: true, max: LONGEST_TIMER, infinity: true, unit: 'milliseconds'}),
	mode: integer({min: 0, max: 0o777}),
	journalMode: choice(...JOURNAL_MODES),
	priority: integer({}),
};

/**
 * A job's options over the manager's defaults.
 *
 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
 */
export function fillBackupOptions(defaults: FilledBackupOptions, given: BackupOptions = {}): FilledBackupOptions {
	return fill(defaults, checkOptions('backup option', given, CHECKS));
}

/**
 * A snapshot's options over the manager's defaults.
 *
 * @throws TypeError for an unknown option or a wrong type, RangeError for a value out of range.
 */
export function fillSnapshotOptions(defaults: FilledBackupOptions, given: SnapshotOptions = {}): FilledBackupOptions {
	const {existing: _, checksum: _1, mode: _2, journalMode: _3, ...checks} = CHECKS;
	return fill(defaults, checkOptions<SnapshotOptions>('snapshot option', given, checks));
}

function fill(defaults: FilledBackupOptions, options: Given<BackupOptions>): FilledBackupOptions {
	for (const [name, path] of Object.entries(options.attach ?? {})) {
		if (/^(?:main|temp)$/i.test(name)) {
			throw new TypeError(
				`The backup option "attach" must not name a database ${show(name)}: SQLite uses that name itself`,
			);
		}

		toPath(path, `backup option "attach": the path of ${show(name)}`);
	}

	return Object.freeze({...defaults, ...options});
}

/** By shape, not by class: a signal may come from another realm. */
export function isAbortSignal(value: unknown): boolean {
	return (
		typeof value === 'object' &&
		value !== null &&
		'aborted' in value &&
		typeof value.aborted === 'boolean' &&
		'addEventListener' in value &&
		typeof value.addEventListener === 'function'
	);
}
