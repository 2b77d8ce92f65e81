import {mkdtempSync, rmSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ms in which another signal is an echo: upon Ctrl-C the terminal sends one, and `npm run` may hand on another. */
const ECHO = 500;

/**
 * Runs `action` with a fresh directory, which is removed at the end, also after Ctrl-C and when the output is closed.
 *
 * @param prefix of the directory's name, for example `hotcopy-demo-`
 * @param parent the directory to make it in
 */
export async function withTemporaryDirectory(
	prefix: string,
	parent: string,
	action: (directory: string, controller: AbortController) => Promise<void>,
): Promise<void> {
	const controller = new AbortController();
	let interrupted: number | undefined;
	let echo: NodeJS.Timeout | undefined;
	for (const name of SIGNALS) {
		process.on(name, () => {
			if (echo !== undefined) return;
			// After that, a signal does what it does to any program: it ends what cannot be stopped.
			echo = setTimeout(() => {
				for (const signal of SIGNALS) process.removeAllListeners(signal);
			}, ECHO).unref();
			interrupted = 128 + constants.signals[name];
			controller.abort();
		});
	}

	// The reader of a pipe may go away: `npm run demo | head`.
	process.stdout.on('error', () => {
		interrupted = 1;
		controller.abort();
	});

	const directory = mkdtempSync(join(parent, prefix));
	try {
		await action(directory, controller);
	} catch (error) {
		if (interrupted === undefined) throw error;
		process.exitCode = interrupted;
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}
