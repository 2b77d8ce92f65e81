import {posix} from 'node:path';
import picomatch from 'picomatch';

/** `[!a]` is what it is in a shell. */
const OPTIONS = {posix: true};

/** A glob from its base on, as a question to each path below that. All paths have `/` between their names. */
export class Pattern {
	/** The part that says exactly where to look. */
	readonly base: string;
	/** Whether a file's path is one that is looked for. */
	readonly matches: (path: string) => boolean;
	/** What each directory on the way must be, up to where it may be any. */
	readonly #steps: readonly ((name: string) => boolean)[];
	readonly #endless: boolean;
	readonly #hidden: boolean;

	constructor(pattern: string) {
		const {base, glob: given} = picomatch.scan(pattern, {unescape: true});
		const glob = posix.normalize(given);
		this.base = base;
		this.matches = picomatch(glob, OPTIONS);
		const names = splitPath(glob);
		// A choice between whole paths may be as deep as a globstar.
		const deep = names.findIndex((name) => name.includes('**') || name.includes('/'));
		this.#endless = deep !== -1;
		this.#steps = names.slice(0, deep).map((name) => picomatch(name, OPTIONS));
		this.#hidden = /(?:^|[/{(,|[])\./.test(glob);
	}

	/** Whether a directory may hold such a file, at any depth. */
	leadsInto(path: string): boolean {
		const names = path.split('/');
		if (names.length > this.#steps.length && !this.#endless) return false;
		return names.every((name, depth) => this.#steps[depth]?.(name) ?? (this.#hidden || !name.startsWith('.')));
	}
}

export function isGlob(text: string): boolean {
	return picomatch.scan(text).isGlob;
}

/** Whether it says what to leave out, as others have it: on its own, it would find the very files that it names. */
export function isNegated(text: string): boolean {
	return picomatch.scan(text).negated;
}

/** At each `/` that is not within brackets. */
function splitPath(glob: string): string[] {
	const names = [''];
	let depth = 0;
	for (const [part] of glob.matchAll(/\\.|[^]/g)) {
		if ('{(['.includes(part)) depth++;
		else if ('})]'.includes(part)) depth--;
		if (part === '/' && depth <= 0) names.push('');
		else names.push(`${names.pop() ?? ''}${part}`);
	}

	return names;
}
