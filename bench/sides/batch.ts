import {open} from 'node:fs/promises';
import {basename, join} from 'node:path';

/** Pages a step, as a binding takes them: all at once. It is the largest number that SQLite takes. */
export const WHOLE = 2 ** 31 - 1;

/** Where a copy goes. */
export function targetOf(source: string, directory: string): string {
	return join(directory, basename(source));
}

/** Works on all items, so many at a time. */
export async function inParallel<Item>(
	items: Iterable<Item>,
	concurrency: number,
	work: (item: Item) => Promise<void>,
): Promise<void> {
	// All take from one iterator, so whoever is done first takes the next.
	const rest = items[Symbol.iterator]();
	const take = async (): Promise<void> => {
		for (let next = rest.next(); next.done !== true; next = rest.next()) await work(next.value);
	};
	await Promise.all(Array.from({length: concurrency}, take));
}

/** Shares, as equal as can be, for processes that are each given a list. */
export function shares<Item>(items: readonly Item[], count: number): Item[][] {
	const all = Array.from({length: count}, (_, share) => items.filter((_item, index) => index % count === share));
	return all.filter((share) => share.length > 0);
}

/**
 * Flushes the names in a directory, which SQLite's own copies need: SQLite flushes the new file, but not that its rollback
 * journal was deleted. After a power failure the journal might be there again and roll the copy back to nothing.
 * One flush at the end of a batch serves for all of its copies.
 *
 * @see https://sqlite.org/pragma.html#pragma_synchronous (EXTRA)
 */
export async function flushDirectory(directory: string): Promise<void> {
	const handle = await open(directory);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
