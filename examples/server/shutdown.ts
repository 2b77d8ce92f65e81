import type {FastifyInstance} from 'fastify';
import type {BackupManager} from 'sqlite-hotcopy';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ms in which the same signal counts once: upon Ctrl-C the terminal sends one, and `npm run` may hand on another. */
const ECHO = 500;

export interface Interrupts {
	/** Fires at the first SIGTERM or SIGINT; its reason is the signal's name. */
	readonly first: AbortSignal;
	/** Fires at the next one. */
	readonly second: AbortSignal;
}

/** From here on these signals do not end the process. */
export function listenForInterrupts(): Interrupts {
	const first = new AbortController();
	const second = new AbortController();
	let since = 0;
	for (const name of SIGNALS) {
		process.on(name, () => {
			const now = performance.now();
			if (!first.signal.aborted) {
				since = now;
				first.abort(name);
			} else if (first.signal.reason !== name || now - since > ECHO) {
				second.abort(name);
			}
		});
	}

	return {first: first.signal, second: second.signal};
}

/**
 * Ends the server without losing what it has begun. No backup is accepted any more, those that wait and run are finished,
 * and meanwhile clients can see how; then the connections are closed, downloads when they are done. Once `cut` fires, the
 * backups are aborted and the connections cut: the targets are what they were.
 */
export async function shutDown(app: FastifyInstance, manager: BackupManager, cut: AbortSignal): Promise<void> {
	whenAborted(cut, () => void manager.destroy());
	await manager.close();
	const closed = app.close();
	whenAborted(cut, () => {
		app.server.closeAllConnections();
	});
	await closed;
}

function whenAborted(signal: AbortSignal, action: () => void): void {
	if (signal.aborted) action();
	else signal.addEventListener('abort', action, {once: true});
}
