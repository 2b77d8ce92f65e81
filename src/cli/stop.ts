import {EXIT_CODE, type ExitCode} from './exit-code.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * What stops a command before its end: Ctrl-C, SIGTERM, or that nobody reads its output any more. The first one aborts
 * what is under way, which leaves nothing behind. The second signal ends the process at once, as the system does it: not
 * by `process.exit`, which waits for threads that may be deep in SQLite.
 */
export class Stop {
	readonly #controller = new AbortController();
	#exitCode: ExitCode | undefined;
	readonly #listeners = SIGNALS.map((signal) => ({
		signal,
		listener: () => {
			this.#forgetSignals();
			this.#stop(EXIT_CODE[signal], `by ${signal}`);
		},
	}));

	constructor() {
		for (const {signal, listener} of this.#listeners) process.on(signal, listener);
		for (const stream of [process.stdout, process.stderr]) {
			stream.on('error', (error: NodeJS.ErrnoException) => {
				// As `head` does it to everybody who writes to it: no reason to complain.
				if (error.code === 'EPIPE') this.#stop(EXIT_CODE.brokenPipe, 'because nobody reads the output any more');
				else this.#stop(EXIT_CODE.failed, `because the output could not be written: ${error.message}`);
			});
		}
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** How the command ends, once it was stopped. */
	get exitCode(): ExitCode | undefined {
		return this.#exitCode;
	}

	dispose(): void {
		this.#forgetSignals();
	}

	/** Without a listener, a signal does what it does to any program. */
	#forgetSignals(): void {
		for (const {signal, listener} of this.#listeners) process.off(signal, listener);
	}

	#stop(exitCode: ExitCode, why: string): void {
		this.#exitCode ??= exitCode;
		this.#controller.abort(new StoppedError(why));
	}
}

/** Why what was under way did not come to its end. */
class StoppedError extends Error {
	readonly code = 'ABORT_ERR';

	constructor(why: string) {
		super(`Stopped ${why}`);
	}
}
