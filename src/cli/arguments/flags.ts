import {Option, type Command} from 'commander';
import {
	BACKUP_DEFAULTS,
	EXISTING_MODES,
	JOURNAL_MODES,
	SNAPSHOT_MODES,
	STRATEGY_OPTIONS,
	VERIFY_DEPTHS,
} from '../../options.ts';
import {formatDuration} from '../text/quantities.ts';
import {limitedDuration, permissions, rate, seconds, size, wholeNumber} from './values.ts';

/** As the library has them, in the units of the command line. */
const DEFAULTS = {
	...BACKUP_DEFAULTS,
	sleep: formatDuration(BACKUP_DEFAULTS.sleep * 1000),
	stallTimeout: formatDuration(BACKUP_DEFAULTS.stallTimeout),
};

/** The flags that more than one command has. What is valid, and what is taken if nothing is said, the library says. */
const FLAGS = {
	strategy: () => flag('--strategy <name>', 'how the database is copied', DEFAULTS.strategy).choices(STRATEGY_OPTIONS),
	pages: () => flag('--pages <count>', 'pages a step; 0: all of them in one', DEFAULTS.pages).argParser(wholeNumber),
	snapshot: () =>
		flag('--snapshot <mode>', 'whether one read transaction spans the copy', DEFAULTS.snapshot).choices(SNAPSHOT_MODES),
	maxRate: () =>
		flag(
			'--max-rate <size>',
			'the most that is copied in a second, of each copy, to spare the disk, in steps of 100 pages, if not said',
		).argParser(rate),
	maxWalSize: () =>
		flag('--max-wal-size <size>', "give up when the source's WAL grows past it meanwhile").argParser(size),
	sleep: () =>
		flag('--sleep <time>', 'pause before a locked database is tried again', DEFAULTS.sleep).argParser(seconds),
	stallTimeout: () =>
		flag(
			'--stall-timeout <time>',
			'give up when locks allow no progress for so long; none: never',
			DEFAULTS.stallTimeout,
		).argParser(limitedDuration),
	timeout: () => flag('--timeout <time>', 'give up a copy that takes longer').argParser(limitedDuration),
	existing: () =>
		flag('--existing <mode>', 'what to do with a target that exists', DEFAULTS.existing).choices(EXISTING_MODES),
	verify: () =>
		flag('--verify [depth]', 'check the copy before it is put in place; full, if not said').choices(VERIFY_DEPTHS),
	checksum: () => flag('--checksum', 'print the SHA-256 of the copy, as sha256sum does'),
	journalMode: () =>
		flag('--journal-mode <mode>', 'delete: a copy for read-only media', DEFAULTS.journalMode).choices(JOURNAL_MODES),
	mode: () =>
		flag('--mode <bits>', 'permissions of the copy, as in chmod', 'those of the source').argParser(permissions),
};

export function addFlags(command: Command, group: string, names: readonly (keyof typeof FLAGS)[]): Command {
	command.optionsGroup(group);
	for (const name of names) command.addOption(FLAGS[name]());
	return command;
}

function flag(flags: string, description: string, byDefault?: string | number): Option {
	return new Option(flags, byDefault === undefined ? description : `${description} (default: ${String(byDefault)})`);
}
