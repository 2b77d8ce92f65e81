import {Option, type Command} from 'commander';
import {
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

export function addCopyFlags(command: Command): Command {
	return command
		.optionsGroup('How to copy:')
		.addOption(new Option('--pages <count>', 'pages a step; 0: the whole database in one').argParser(wholeNumber))
		.addOption(
			new Option('--sleep <time>', 'how long to wait before trying a locked database again').argParser(seconds),
		)
		.addOption(new Option('--strategy <name>', 'how the pages are copied').choices(STRATEGY_OPTIONS))
		.addOption(new Option('--snapshot <mode>', 'whether one read transaction spans the copy').choices(SNAPSHOT_MODES))
		.addOption(
			new Option('--max-rate <size>', 'the most that is copied in a second, to spare the disk').argParser(rate),
		)
		.addOption(
			new Option('--max-wal-size <size>', "give up when the copy makes the source's WAL grow past it").argParser(size),
		)
		.addOption(new Option('--timeout <time>', 'give up a copy that takes longer').argParser(duration))
		.addOption(
			new Option('--stall-timeout <time>', 'give up when locks hold the copy up for so long; none: never').argParser(
				limitedDuration,
			),
		);
}

export function addTargetFlags(command: Command): Command {
	return command
		.optionsGroup('The target:')
		.addOption(new Option('--existing <mode>', 'what to do with a target that exists').choices(EXISTING_MODES))
		.addOption(
			new Option('--verify [depth]', 'check the copy before it is put in place; full if not said').choices(
				VERIFY_DEPTHS,
			),
		)
		.option('--checksum', 'print the SHA-256 of the copy, as sha256sum does')
		.addOption(
			new Option('--journal-mode <mode>', 'delete: a copy that can be opened on read-only media').choices(
				JOURNAL_MODES,
			),
		)
		.addOption(
			new Option('--mode <bits>', "permissions of the copy, as in chmod; as a rule the source's").argParser(
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
