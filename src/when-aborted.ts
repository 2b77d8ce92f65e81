/**
 * Calls back once when a signal fires; not for one that has fired already.
 *
 * @returns what takes the listener away
 */
export function whenAborted(signal: AbortSignal | undefined, action: (reason: unknown) => void): () => void {
	if (signal === undefined) return () => undefined;
	const listener = (): void => {
		action(signal.reason);
	};
	signal.addEventListener('abort', listener, {once: true});
	return () => {
		signal.removeEventListener('abort', listener);
	};
}
