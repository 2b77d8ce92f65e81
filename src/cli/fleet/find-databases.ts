import {lstat, realpath, stat} from 'node:fs/promises';
import {basename, dirname, join, relative, resolve, sep} from 'node:path';
import {isMissing} from '../../is-missing.ts';
import {orUsageError, UsageError} from '../errors/usage-error.ts';
import {globFiles} from './glob.ts';
import {isCompanion} from './leave-out.ts';
import {pathOf, type Match, type Unreadable} from './match.ts';
import {isGlob, isNegated, Pattern} from './pattern.ts';

export interface Found {
	readonly matches: readonly Match[];
	readonly unreadable: readonly Unreadable[];
}

/**
 * What is to be copied. Each pattern is a file, by its very name, or a glob.
 *
 * @throws UsageError for a pattern that nothing fits: better none than a few of the copies that are expected.
 */
export async function findDatabases(patterns: readonly string[], out: string, signal: AbortSignal): Promise<Found> {
	const matches: Match[] = [];
	const unreadable: Unreadable[] = [];
	for (const pattern of patterns) {
		const found = await findOne(pattern, out, signal);
		signal.throwIfAborted();
		if (found.matches.length === 0 && found.unreadable.length === 0) {
			throw new UsageError(
				`No database matches ${pattern}. Check it, and quote it, so that the shell leaves it as it is.`,
			);
		}

		matches.push(...found.matches);
		unreadable.push(...found.unreadable);
	}

	return {matches, unreadable};
}

async function findOne(pattern: string, out: string, signal: AbortSignal): Promise<Found> {
	// Before it is taken for a glob: a name may have brackets in it.
	const kind = await kindOf(pattern);
	if (kind === 'directory') {
		const name = pattern.replace(/(?<=.)\/+$/, '');
		throw new UsageError(`${pattern} is a directory. Say which files in it, for example '${join(name, '**/*.db')}'.`);
	}

	if (kind === 'file') {
		const match = {base: dirname(pattern), relative: basename(pattern)};
		return {matches: (await isCompanion(pattern)) ? [] : [match], unreadable: []};
	}

	if (isNegated(pattern)) {
		throw new UsageError(
			`${pattern} would leave files out, which patterns cannot. Say it within one, for example 'tenants/!(test-*).db'.`,
		);
	}

	if (!isGlob(pattern)) throw new UsageError(`There is no file ${pattern}. Check the path.`);
	const glob = orUsageError(() => new Pattern(pattern));
	const {files, unreadable} = await globFiles(glob, signal);
	// Where the copies go into the very tree that is copied, they must not be copied the next time.
	const copies = await follow(out);
	const isBelow = isInside(copies, await follow(glob.base));
	const matches: Match[] = [];
	for (const {relative, real} of files) {
		const match = {base: glob.base, relative: join(relative)};
		if (!(isBelow && isInside(real, copies)) && !(await isCompanion(pathOf(match)))) matches.push(match);
	}

	return {matches, unreadable};
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
	try {
		// Also a link that leads nowhere is a name that was meant.
		const there = await lstat(path);
		const stats = await stat(path).catch(() => there);
		return stats.isDirectory() ? 'directory' : 'file';
	} catch (error) {
		// To copy what cannot be looked at fails, and stops none of the others.
		return isMissing(error) || isGlob(path) ? undefined : 'file';
	}
}

async function follow(path: string): Promise<string> {
	return await realpath(path).catch(() => resolve(path));
}

function isInside(path: string, directory: string): boolean {
	const way = relative(directory, path);
	return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}
