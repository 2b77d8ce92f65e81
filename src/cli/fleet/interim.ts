import type {BackupManager} from '../../manager.ts';
import type {BackupOptions} from '../../options.ts';
import type {BackupResult} from '../../result.ts';

interface Request {
	readonly source: string;
	readonly target: string;
	readonly options: BackupOptions;
}
type Outcome<R> =
	{request: R; status: 'fulfilled'; result: BackupResult} | {request: R; status: 'rejected'; reason: unknown};
export async function* backupAll<R extends Request>(
	manager: BackupManager,
	requests: AsyncIterable<R>,
	{signal, concurrency}: {signal: AbortSignal; concurrency: number},
): AsyncGenerator<Outcome<R>> {
	const flying = new Map<number, Promise<[number, Outcome<R>]>>();
	let n = 0;
	for await (const request of requests) {
		if (signal.aborted) break;
		const id = n++;
		flying.set(
			id,
			manager.backup(request.source, request.target, {...request.options, signal}).then(
				(result) => [id, {request, status: 'fulfilled', result}],
				(reason: unknown) => [id, {request, status: 'rejected', reason}],
			),
		);
		while (flying.size >= concurrency) {
			const [done, outcome] = await Promise.race(flying.values());
			flying.delete(done);
			yield outcome;
		}
	}
	while (flying.size > 0) {
		const [done, outcome] = await Promise.race(flying.values());
		flying.delete(done);
		yield outcome;
	}
	signal.throwIfAborted();
}
