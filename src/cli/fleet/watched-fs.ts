import {readdir, realpath} from 'node:fs';

type Report = (path: string, error: Error & {readonly code?: unknown}) => void;

interface Reports {
	readonly onUnreadableDirectory: Report;
	readonly onBrokenLink: Report;
}

/** The file system, for a library that goes on in silence where a call of it fails: what is passed over is told of. */
export function watchedFs({onUnreadableDirectory, onBrokenLink}: Reports): {
	readonly readdir: typeof readdir;
	readonly realpath: typeof realpath;
} {
	return {readdir: watched(readdir, onUnreadableDirectory), realpath: watched(realpath, onBrokenLink)};
}

/** The same function, of a path and a callback, with an ear at the callback. A proxy, because it has overloads. */
function watched<F extends typeof readdir | typeof realpath>(call: F, report: Report): F {
	return new Proxy(call, {
		apply(target, self, args: unknown[]) {
			const callback = args.at(-1);
			const returned: unknown = Reflect.apply(target, self, [
				...args.slice(0, -1),
				(error: Error | null, ...results: unknown[]) => {
					if (error !== null) report(String(args[0]), error);
					if (typeof callback === 'function') Reflect.apply(callback, undefined, [error, ...results]);
				},
			]);
			return returned;
		},
	});
}
