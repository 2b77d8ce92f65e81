import {Option, type Command} from 'commander';
import {
	BACKUP_DEFAULTS,
	EXISTING_MODES,
	JOURNAL_MODES,
	SNAPSHOT_MODES,
	STRATEGY_OPTIONS,
	VERIFY_DEPTHS,
	type BackupOptions,
	type ExistingMode,
	type JournalModeOption,
	type SnapshotMode,
	type StrategyOption,
	type VerifyDepth,
} from '../../options.ts';
import {formatDuration} from '../text/quantities.ts';
import {duration, limitedDuration, permissions, rate, seconds, size, wholeNumber} from './values.ts';

/** How a copy is to be made, as commander hands it over: what was not given is absent. */
export interface CopyFlags {
	readonly pages?: number;
	readonly sleep?: number;
	readonly strategy?: StrategyOption;
	readonly snapshot?: SnapshotMode;
	readonly maxRate?: number;
	readonly maxWalSize?: number;
	readonly timeout?: number;
	readonly stallTimeout?: number;
}

/** What is to become of the target. */
export interface TargetFlags {
	readonly existing?: ExistingMode;
	readonly mode?: number;
	readonly journalMode?: JournalModeOption;
	readonly verify?: VerifyDepth;
	readonly checksum?: boolean;
}

export const UNITS_HELP = `Times are written with their unit: 500ms, 30s, 2m, 1.5h. Sizes: 500kB, 20MB, 2GB (powers of 1,000), 20MiB (of 1,024).`;

/** As the library has them, in the units of the command line. */
const DEFAULTS = {
	...BACKUP_DEFAULTS,
	sleep: formatDuration(BACKUP_DEFAULTS.sleep * 1000),
	stallTimeout: formatDuration(BACKUP_DEFAULTS.stallTimeout),
};

export function addCopyFlags(command: Command): Command {
	const {pages, sleep, strategy, snapshot, stallTimeout} = DEFAULTS;
	return command
		.optionsGroup('How to copy:')
		.addOption(
			new Option('--strategy <name>', `how the database is copied (default: ${strategy})`).choices(STRATEGY_OPTIONS),
		)
		.addOption(
			new Option('--pages <count>', `pages a step; 0: all of them in one (default: ${String(pages)})`).argParser(
				wholeNumber,
			),
		)
		.addOption(
			new Option('--snapshot <mode>', `whether one read transaction spans the copy (default: ${snapshot})`).choices(
				SNAPSHOT_MODES,
			),
		)
		.addOption(
			new Option('--max-rate <size>', 'the most that is copied in a second, to spare the disk').argParser(rate),
		)
		.addOption(
			new Option('--max-wal-size <size>', "give up when the source's WAL grows past it meanwhile").argParser(size),
		)
		.addOption(
			new Option('--sleep <time>', `pause before a locked database is tried again (default: ${sleep})`).argParser(
				seconds,
			),
		)
		.addOption(
			new Option(
				'--stall-timeout <time>',
				`give up when locks allow no progress for so long; none: never (default: ${stallTimeout})`,
			).argParser(limitedDuration),
		)
		.addOption(new Option('--timeout <time>', 'give up a copy that takes longer').argParser(duration));
}

export function addTargetFlags(command: Command): Command {
	const {existing, journalMode} = DEFAULTS;
	return command
		.optionsGroup('The target:')
		.addOption(
			new Option('--existing <mode>', `what to do with a target that exists (default: ${existing})`).choices(
				EXISTING_MODES,
			),
		)
		.addOption(
			new Option('--verify [depth]', 'check the copy before it is put in place; full, if not said').choices(
				VERIFY_DEPTHS,
			),
		)
		.option('--checksum', 'print the SHA-256 of the copy, as sha256sum does')
		.addOption(
			new Option('--journal-mode <mode>', `delete: a copy for read-only media (default: ${journalMode})`).choices(
				JOURNAL_MODES,
			),
		)
		.addOption(
			new Option('--mode <bits>', 'permissions of the copy, as in chmod (default: those of the source)').argParser(
				permissions,
			),
		);
}

export function toBackupOptions({maxWalSize, checksum, ...flags}: CopyFlags & TargetFlags): BackupOptions {
	const {pages, sleep, strategy, snapshot, maxRate, timeout, stallTimeout} = flags;
	const {existing, mode, journalMode, verify} = flags;
	return {
		pages,
		sleep,
		strategy,
		snapshot,
		maxRate,
		maxWalBytes: maxWalSize,
		timeout,
		stallTimeout,
		existing,
		mode,
		journalMode,
		verify,
		checksum: checksum === true ? 'sha256' : undefined,
	};
}
