import {CommanderError} from 'commander';
import {spellOutVerify} from './arguments/bare-verify.ts';
import {EXIT_CODE, type ExitCode} from './exit-code.ts';
import {createProgram} from './program.ts';
import {runSession} from './session.ts';
import {Stop} from './stop.ts';

/** From the words behind the program's name to its exit code. */
export async function run(args: readonly string[]): Promise<ExitCode> {
	const stop = new Stop();
	let exitCode: ExitCode = EXIT_CODE.ok;
	const program = createProgram(async (flags, action) => {
		exitCode = await runSession(stop, flags, action);
	});
	try {
		await program.parseAsync(spellOutVerify(args), {from: 'user'});
		return exitCode;
	} catch (error) {
		// It has been told of.
		if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
		throw error;
	} finally {
		stop.dispose();
	}
}
