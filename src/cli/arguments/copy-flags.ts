import type {Command} from 'commander';
import type {
	BackupOptions,
	ExistingMode,
	JournalModeOption,
	SnapshotMode,
	StrategyOption,
	VerifyDepth,
} from '../../options.ts';
import {addFlags} from './flags.ts';

/** How a copy is to be made, as commander hands it over: what was not given is absent. */
export interface CopyFlags {
	readonly pages?: number | undefined;
	readonly sleep?: number | undefined;
	readonly strategy?: StrategyOption | undefined;
	readonly maxRate?: number | undefined;
	readonly timeout?: number | undefined;
	readonly stallTimeout?: number | undefined;
	readonly verify?: VerifyDepth | undefined;
	readonly mode?: number | undefined;
}

/** What there is to say of a backup besides. */
export interface BackupFlags extends CopyFlags {
	readonly snapshot?: SnapshotMode | undefined;
	readonly maxWalSize?: number | undefined;
	readonly existing?: ExistingMode | undefined;
	readonly journalMode?: JournalModeOption | undefined;
	readonly checksum?: boolean | undefined;
}

export function addBackupFlags(command: Command): Command {
	addFlags(command, 'How to copy:', [
		'strategy',
		'pages',
		'snapshot',
		'maxRate',
		'maxWalSize',
		'sleep',
		'stallTimeout',
		'timeout',
	]);
	return addFlags(command, 'The target:', ['existing', 'verify', 'checksum', 'journalMode', 'mode']);
}

export function toBackupOptions(flags: BackupFlags): BackupOptions {
	const {snapshot, maxWalSize, existing, journalMode, checksum} = flags;
	return {
		...toCopyOptions(flags),
		snapshot,
		maxWalBytes: maxWalSize,
		existing,
		journalMode,
		checksum: checksum === true ? 'sha256' : undefined,
	};
}

/** Pages in a step of a copy that is held back: less than half a megabyte, as a rule. */
const HELD_BACK_PAGES = 100;

/** Not as they are: commander's object has the flags of the output as well, which the library does not know. */
export function toCopyOptions(flags: CopyFlags & Pick<BackupFlags, 'snapshot'>): CopyFlags {
	const {sleep, strategy, maxRate, timeout, stallTimeout, verify, mode} = flags;
	// In rollback-journal mode, a copy in one step goes as fast as it can, so that writers are let in again soon. In several
	// steps without a pin, it might never end.
	const isHeldBack = maxRate !== undefined && flags.snapshot !== 'none';
	const pages = flags.pages ?? (isHeldBack ? HELD_BACK_PAGES : undefined);
	return {pages, sleep, strategy, maxRate, timeout, stallTimeout, verify, mode};
}
