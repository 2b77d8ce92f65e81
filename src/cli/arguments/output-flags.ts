import type {Command} from 'commander';

/** How a command tells of what it does. */
export interface OutputFlags {
	readonly json?: boolean;
	readonly quiet?: boolean;
	readonly debug?: boolean;
}

export function addOutputFlags(command: Command): Command {
	return command
		.optionsGroup('Output:')
		.option('--json', 'one JSON object a line on the standard output, for scripts')
		.option('--quiet', 'no progress and no report; with --json, only the outcome')
		.option('--debug', 'show the stack of an error, and its cause');
}
