import type {Command} from 'commander';
import {EXIT_CODES_HELP} from './exit-code.ts';

export const NAME = 'sqlite-hotcopy';

const UNITS_HELP = `Times are written with their unit: 500ms, 30s, 2m, 1.5h. Sizes: 500kB, 20MB, 2GB (powers of 1,000), 20MiB (of
1,024).`;

interface CommandText {
	readonly summary: string;
	readonly description: string;
	/** What is written after the program's name, and what that does. */
	readonly examples: readonly (readonly [command: string, effect: string])[];
}

/** A command with its help, and with errors that fit on a line and lead to it. */
export function addCommand(program: Command, name: string, {summary, description, examples}: CommandText): Command {
	const command = program.command(name).summary(summary).description(description);
	return tellErrorsInOneLine(command, `${NAME} ${name} --help`).addHelpText(
		'after',
		['', 'Examples:', ...listExamples(examples), '', UNITS_HELP, '', EXIT_CODES_HELP].join('\n'),
	);
}

export function tellErrorsInOneLine(command: Command, help: string): Command {
	return command.configureOutput({
		outputError: (text, write) => {
			const line = text
				.trim()
				.replace(/^error: /, '')
				.replaceAll(/\s*\n\s*/g, ' ');
			write(`${NAME}: ERR_USAGE: ${line.replace(/\.?$/, '.')} See ${help}\n`);
		},
	});
}

/** What it does above each, so that it fits where a terminal is narrow. */
function listExamples(examples: CommandText['examples']): string[] {
	return examples.flatMap(([command, effect]) => [`  # ${effect}`, `  ${NAME} ${command}`]);
}
