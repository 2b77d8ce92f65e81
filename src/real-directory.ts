import {realpath} from 'node:fs/promises';

const next = new Map<string, Promise<string>>();

/**
 * A directory, its links followed. All who ask in the same turn share one look, which begins after the last of them has
 * asked: a thousand backups that are started at once would else keep the threads of the file system from all other work.
 */
export function realDirectory(path: string): Promise<string> {
	const shared = next.get(path);
	if (shared !== undefined) return shared;
	const look = Promise.resolve().then(() => {
		next.delete(path);
		return realpath(path);
	});
	next.set(path, look);
	return look;
}
