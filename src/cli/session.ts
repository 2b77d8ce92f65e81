import {EXIT_CODE, type ExitCode} from './exit-code.ts';
import type {OutputFlags} from './arguments/output-flags.ts';
import {UsageError} from './errors/usage-error.ts';
import {Output} from './output.ts';
import type {Stop} from './stop.ts';

/** What a command works with while it runs. */
export interface Session {
	readonly output: Output;
	/** Fires when the command is to stop. */
	readonly signal: AbortSignal;
}

/** Does what a command is for, as its flags say. */
export type Perform = (flags: OutputFlags, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** From a command's action to its exit code. */
export async function runSession(
	stop: Stop,
	flags: OutputFlags,
	action: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
	const output = new Output(flags);
	const {signal, lingering} = stop;
	const hint = (): void => {
		output.note('Stopping. Press Ctrl-C again to end at once.');
	};
	lingering.addEventListener('abort', hint);
	try {
		const exitCode = await action({output, signal});
		// Only now is it known whether its last words, which may be a checksum, have arrived.
		await stop.flushOutput();
		return exitCode;
	} catch (error) {
		// Whatever a command runs into once it was stopped follows from that. Where nobody reads, nothing need be said.
		if (stop.exitCode !== EXIT_CODE.brokenPipe) output.fail(stop.exitCode === undefined ? error : signal.reason);
		return stop.exitCode ?? (error instanceof UsageError ? EXIT_CODE.usage : EXIT_CODE.failed);
	} finally {
		lingering.removeEventListener('abort', hint);
	}
}
