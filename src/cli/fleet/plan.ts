import {realpath, stat} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import type {ExistingMode} from '../../options.ts';
import {SIDECAR_SUFFIXES} from '../../sidecars.ts';
import {UsageError} from '../errors/usage-error.ts';
import {foldCase, ignoresCase} from './ignores-case.ts';
import {Landing} from './landing.ts';
import {pathOf, type Match} from './match.ts';

/** One copy that is to be made. */
export interface PlannedCopy {
	/** As the command line leads to it. */
	readonly source: string;
	readonly target: string;
	readonly match: Match;
	/** Of the source's file; 0 where there is none. */
	readonly bytes: number;
}

/** A copy, and the file that it would end up in. */
interface Landed {
	readonly copy: PlannedCopy;
	readonly file: string;
}

/** How many collisions an error lists. */
const SHOWN = 5;

/**
 * Decides where each copy goes.
 *
 * @throws UsageError when two would go to one file, or one to a file that is to be copied itself.
 */
export async function planCopies(
	matches: readonly Match[],
	out: string,
	existing: ExistingMode,
): Promise<readonly PlannedCopy[]> {
	// Two patterns may have the same file.
	const copies = new Map<string, PlannedCopy>();
	for (const match of matches) {
		const source = pathOf(match);
		const target = join(out, match.relative);
		copies.set(JSON.stringify([resolve(source), target]), {source, target, match, bytes: await sizeOf(source)});
	}

	const planned = [...copies.values()];
	const collisions = await findCollisions(planned, out, existing);
	if (collisions.length === 0) return planned;
	const more = collisions.length > SHOWN ? `; and ${String(collisions.length - SHOWN)} more` : '';
	throw new UsageError(
		`Nothing was copied, because ${collisions.slice(0, SHOWN).join('; ')}${more}. To keep the tree, use one pattern that ` +
			"begins above all of them, in quotes, as in 'tenants/**/*.db'; or say another directory with --out.",
	);
}

async function sizeOf(path: string): Promise<number> {
	return await stat(path).then(
		({size}) => size,
		() => 0,
	);
}

async function findCollisions(copies: readonly PlannedCopy[], out: string, existing: ExistingMode): Promise<string[]> {
	const landing = new Landing(existing);
	const landed: Landed[] = [];
	for (const copy of copies) landed.push({copy, file: await landing.of(copy.target)});
	const collisions = await findClashes(landed, out);

	const sources = new Map<string, string>();
	for (const {source} of copies) sources.set(await landing.ofSource(source), source);
	for (const {copy, file} of landed) {
		const source = sources.get(file);
		if (source !== undefined) collisions.push(`${copy.target}, the target of ${copy.source}, is the source ${source}`);
	}

	return collisions;
}

/** Among the copies themselves. */
async function findClashes(landed: readonly Landed[], out: string): Promise<string[]> {
	const exact = compare(landed);
	const folded = compare(landed.map(({copy, file}) => ({copy, file: foldCase(file)})));
	// Only where it matters is it found out, since that takes a directory to try it in.
	return folded.length > exact.length && (await ignoresCase(await nearestDirectory(out))) ? folded : exact;
}

function compare(landed: readonly Landed[]): string[] {
	const taken = new Map<string, PlannedCopy>();
	const clashes: string[] = [];
	for (const {copy, file} of landed) {
		const other = taken.get(file);
		if (other === undefined) taken.set(file, copy);
		else clashes.push(`${other.source} and ${copy.source} would both become ${copy.target}`);
	}

	// SQLite, and whoever puts a copy in place, would take the one for what belongs to the other, and remove it.
	for (const [file, copy] of taken) {
		for (const suffix of SIDECAR_SUFFIXES) {
			const other = taken.get(file + suffix);
			if (other === undefined) continue;
			clashes.push(
				`${other.source} would become ${other.target}, which is the "${suffix}" file of the copy of ${copy.source}`,
			);
		}
	}

	return clashes;
}

/** The directory, or the one in which it will be made. */
async function nearestDirectory(path: string): Promise<string> {
	const directory = resolve(path);
	return await realpath(directory).catch(async () => {
		const parent = dirname(directory);
		return parent === directory ? directory : await nearestDirectory(parent);
	});
}
