import {EXIT_CODE, type ExitCode} from './exit-code.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Milliseconds in which whatever signal comes belongs to the first: upon Ctrl-C the terminal sends one, and `npx` or `npm run`
 * hands on another; systemd may send SIGHUP right after SIGTERM. Nobody presses a key twice as fast as that.
 */
const ECHO = 100;

/** Milliseconds after which somebody who waits is told that a second signal ends the command at once. */
const PATIENCE = 500;

/**
 * What stops a command before its end: Ctrl-C, SIGTERM, a terminal that is closed, or that nobody reads its output any more.
 * The first one aborts what is under way, which leaves nothing behind. The second signal ends the process at once, as the
 * system does it: not by `process.exit`, which waits for threads that may be deep in SQLite.
 */
export class Stop {
	readonly #controller = new AbortController();
	readonly #lingering = new AbortController();
	#exitCode: ExitCode | undefined;
	#echo: NodeJS.Timeout | undefined;
	#outputFailed = false;
	readonly #listeners = SIGNALS.map((signal) => ({
		signal,
		listener: () => {
			if (this.#echo !== undefined) return;
			this.#echo = setTimeout(() => {
				this.#forgetSignals();
			}, ECHO).unref();
			setTimeout(() => {
				this.#lingering.abort();
			}, PATIENCE).unref();
			this.#stop(EXIT_CODE[signal], `by ${signal}`);
		},
	}));

	constructor() {
		for (const {signal, listener} of this.#listeners) process.on(signal, listener);
		for (const stream of [process.stdout, process.stderr]) {
			stream.on('error', (error: NodeJS.ErrnoException) => {
				this.#outputFailed = true;
				// As `head` does it to everybody who writes to it: no reason to complain.
				if (error.code === 'EPIPE') this.#stop(EXIT_CODE.brokenPipe, 'because nobody reads the output any more');
				else this.#stop(EXIT_CODE.failed, `because the output could not be written: ${error.message}`);
			});
		}
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Fires when a command that a signal has stopped still goes on, and the next signal ends it. */
	get lingering(): AbortSignal {
		return this.#lingering.signal;
	}

	/** How the command ends, once it was stopped. */
	get exitCode(): ExitCode | undefined {
		return this.#exitCode;
	}

	/**
	 * Waits until all that was written has been taken, or refused.
	 *
	 * @throws why, where it was refused: what a command was run for may be lost with it
	 */
	async flushOutput(): Promise<void> {
		const streams = [process.stdout, process.stderr];
		await Promise.all(streams.map(async (stream) => await new Promise((resolve) => stream.write('', resolve))));
		if (this.#outputFailed) this.signal.throwIfAborted();
	}

	/** An echo may still come, and is not to end by a signal what has ended by itself. */
	dispose(): void {
		if (this.#echo === undefined) this.#forgetSignals();
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
