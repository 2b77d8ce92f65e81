import type {IncomingMessage, ServerResponse} from 'node:http';
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

/** The responses that are under way, from here on. */
export function trackResponses({server}: FastifyInstance): ReadonlySet<ServerResponse> {
	const open = new Set<ServerResponse>();
	server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
		open.add(response);
		response.once('close', () => {
			open.delete(response);
			// What a client keeps alive after its last download would be waited for as well.
			if (!server.listening) server.closeIdleConnections();
		});
	});
	return open;
}

export interface Work {
	readonly app: FastifyInstance;
	readonly manager: BackupManager;
	readonly responses: ReadonlySet<ServerResponse>;
}

/**
 * Ends the server without losing what it has begun. No backup is accepted any more, those that wait and run are finished,
 * and meanwhile clients can see how; then the connections are closed, downloads when they are done. Once `cut` fires, the
 * backups are aborted and the connections cut: the targets are what they were.
 *
 * @returns whether all was finished
 */
export async function shutDown({app, manager, responses}: Work, cut: AbortSignal): Promise<boolean> {
	let whole = true;
	whenAborted(cut, () => {
		whole &&= manager.jobs.length === 0;
		void manager.destroy();
	});
	await manager.close();
	const closed = app.close();
	console.log('Backups are finished; waiting for downloads');
	whenAborted(cut, () => {
		whole &&= responses.size === 0;
		app.server.closeAllConnections();
	});
	await closed;
	return whole;
}

function whenAborted(signal: AbortSignal, action: () => void): void {
	if (signal.aborted) action();
	else signal.addEventListener('abort', action, {once: true});
}
