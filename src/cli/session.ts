import {EXIT_CODE, type ExitCode} from './exit-code.ts';
import type {OutputFlags} from './arguments/output-flags.ts';
import {isWrongArgument} from './errors/describe.ts';
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

/** Milliseconds after which somebody who stops a command is told that it is being stopped. */
const PATIENCE = 500;

/** From a command's action to its exit code. */
export async function runSession(
	stop: Stop,
	flags: OutputFlags,
	action: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
	const output = new Output(flags);
	const {signal} = stop;
	let hint: NodeJS.Timeout | undefined;
	signal.addEventListener('abort', () => {
		hint = setTimeout(() => {
			output.note('Stopping. Press Ctrl-C again to end at once.');
		}, PATIENCE);
	});
	try {
		return await action({output, signal});
	} catch (error) {
		// Whatever a command runs into once it was stopped follows from that. Where nobody reads, nothing need be said.
		if (stop.exitCode !== EXIT_CODE.brokenPipe) output.fail(stop.exitCode === undefined ? error : signal.reason);
		return (
			stop.exitCode ?? (error instanceof UsageError || isWrongArgument(error) ? EXIT_CODE.usage : EXIT_CODE.failed)
		);
	} finally {
		clearTimeout(hint);
	}
}
