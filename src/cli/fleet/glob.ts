import type {Dirent, Stats} from 'node:fs';
import {readdir, realpath, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isMissing} from '../../is-missing.ts';
import {exists} from './exists.ts';
import type {Unreadable} from './match.ts';
import type {Pattern} from './pattern.ts';

/** A file that a pattern matches. */
export interface GlobbedFile {
	/** From the pattern's base. */
	readonly relative: string;
	/** The links to its directory followed. */
	readonly real: string;
}

interface Globbed {
	readonly files: readonly GlobbedFile[];
	readonly unreadable: readonly Unreadable[];
}

interface Directory {
	/** From the pattern's base. */
	readonly relative: string;
	/** Its links followed, and before it those that it is in: who comes to one of them again goes round in a circle. */
	readonly line: readonly [...string[], string];
}

/** What stands in a name for bytes that are no UTF-8. */
const NO_TEXT = '\uFFFD';

/**
 * Finds what a pattern matches, links followed. No library is known to do that without leaving something out in silence: a
 * link within a link, or one to a disk that is not there. Here, whatever cannot be looked into is told of, and a link that
 * leads nowhere and has a matching name is a match: to copy it fails, which is better than a database that nobody misses.
 */
export async function globFiles(pattern: Pattern, signal: AbortSignal): Promise<Globbed> {
	const files: GlobbedFile[] = [];
	const unreadable: Unreadable[] = [];
	const waiting: Directory[] = [];
	const base = pattern.base === '' ? '.' : pattern.base;
	const enter = async (relative: string, line: readonly string[], real?: string): Promise<void> => {
		const path = real ?? (await realpath(join(base, relative)));
		if (!line.includes(path)) waiting.push({relative, line: [...line, path]});
	};
	const refuse = (relative: string, error: unknown): void => {
		if (error instanceof Error) unreadable.push({path: join(pattern.base, relative), error});
	};
	const look = async (entry: Dirent, {relative: above, line}: Directory): Promise<void> => {
		const relative = above === '' ? entry.name : `${above}/${entry.name}`;
		const real = join(line.at(-1) ?? base, entry.name);
		try {
			const isLink = entry.isSymbolicLink();
			const kind: Pick<Stats, 'isFile' | 'isDirectory'> = isLink ? await stat(real) : entry;
			if (kind.isFile() && pattern.matches(relative)) files.push({relative, real});
			if (kind.isDirectory() && pattern.leadsInto(relative)) await enter(relative, line, isLink ? undefined : real);
		} catch (error) {
			if (pattern.matches(relative)) files.push({relative, real});
			else if (pattern.leadsInto(relative)) refuse(relative, error);
		}
	};

	// Where there is no such directory, there is nothing in it.
	await enter('', []).catch((error: unknown) => {
		if (!isMissing(error)) refuse('', error);
	});
	for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
		signal.throwIfAborted();
		const real = directory.line.at(-1) ?? base;
		try {
			const entries = await readdir(real, {withFileTypes: true});
			for (const entry of entries) await look(entry, directory);
		} catch (error) {
			// It may have gone meanwhile. A name that is no text is not found either, since it cannot be said.
			if (real.includes(NO_TEXT)) refuse(directory.relative, new Error('a name on its path is not UTF-8'));
			// Where a disk does not tell what its entries are, each is looked at, and one that is just being removed is missing.
			else if (!isMissing(error) || (await exists(real))) refuse(directory.relative, error);
		}
	}

	files.sort((one, other) => (one.relative < other.relative ? -1 : 1));
	return {files, unreadable};
}
