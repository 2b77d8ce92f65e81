import {createRequire} from 'node:module';
import {Command} from 'commander';
import {addCopyCommand} from './commands/copy.ts';
import {addCopyAllCommand} from './commands/copy-all.ts';
import {addRestoreCommand} from './commands/restore.ts';
import {addVerifyCommand} from './commands/verify.ts';
import {EXIT_CODES_HELP} from './exit-code.ts';
import {NAME, tellErrorsInOneLine} from './help.ts';
import type {Perform} from './session.ts';

export function createProgram(perform: Perform): Command {
	const program = new Command(NAME)
		.description('Hot copies of SQLite databases while they are in use.')
		.version(packageVersion())
		.exitOverride()
		.addHelpText(
			'after',
			`\n${EXIT_CODES_HELP}\n\nA name that begins with a dash: put -- before it, as in "${NAME} copy -- -app.db copy.db".`,
		);
	tellErrorsInOneLine(program, `${NAME} --help`);
	addCopyCommand(program, perform);
	addCopyAllCommand(program, perform);
	addRestoreCommand(program, perform);
	addVerifyCommand(program, perform);
	return program;
}

function packageVersion(): string {
	// By the package's own name, which leads to the same file from the sources and from what is built of them.
	const {version} = createRequire(import.meta.url)('sqlite-hotcopy/package.json') as {readonly version: string};
	return version;
}
