import {relative, resolve} from 'node:path';
import picomatch from 'picomatch';
import {glob} from 'tinyglobby';
import type {Unreadable} from './match.ts';
import {watchedFs} from './watched-fs.ts';

interface Globbed {
	/** The part of the pattern that says exactly where to look. */
	readonly base: string;
	/** Paths from there. */
	readonly files: readonly string[];
	readonly unreadable: readonly Unreadable[];
}

/**
 * The files that a pattern matches. A link that leads nowhere is one of them: to copy it fails, which is better than a
 * database that nobody misses.
 */
export async function globFiles(pattern: string, signal: AbortSignal): Promise<Globbed> {
	const {base, glob: below} = picomatch.scan(pattern, {unescape: true});
	const root = resolve(base);
	const matches = picomatch(below);
	const broken: string[] = [];
	const unreadable: Unreadable[] = [];
	const found = await glob(below, {
		cwd: root,
		expandDirectories: false,
		signal,
		fs: watchedFs({
			onUnreadableDirectory: (path, error) => {
				// It may have gone meanwhile, or never have been there: then there is nothing in it.
				if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') unreadable.push({path, error});
			},
			onBrokenLink: (path) => {
				const file = relative(root, path);
				if (matches(file)) broken.push(file);
			},
		}),
	});
	return {base, files: [...found, ...broken].sort(), unreadable};
}

export function isGlob(text: string): boolean {
	return picomatch.scan(text).isGlob;
}

/** Whether it says what to leave out, as others have it: on its own, it would find the very files that it names. */
export function isNegated(text: string): boolean {
	return picomatch.scan(text).negated;
}
