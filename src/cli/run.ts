import {CommanderError} from 'commander';
import {spellOutVerify} from './arguments/bare-verify.ts';
import {EXIT_CODE, type ExitCode} from './exit-code.ts';
import {Output} from './output.ts';
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
		if (!(error instanceof CommanderError)) {
			new Output({}).fail(error);
			return EXIT_CODE.failed;
		}

		// It has been told of.
		if (error.exitCode !== 0) return EXIT_CODE.usage;
		await stop.flushOutput().catch(() => undefined);
		return stop.exitCode ?? EXIT_CODE.ok;
	} finally {
		stop.dispose();
	}
}
