import {posix} from 'node:path';
import picomatch from 'picomatch';

/** `[!a]` is what it is in a shell, and a name may have line breaks in it. */
const OPTIONS = {posix: true, flags: 's'};

/** A character, with the backslash that takes its meaning from it. */
const PARTS = /\\.|[^]/g;

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
		const {base, glob: given} = picomatch.scan(escapeParentheses(pattern));
		const glob = posix.normalize(given);
		// A path, while in the glob a backslash says what is no wildcard.
		this.base = base.replaceAll(/\\(.)/gs, '$1');
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
	return picomatch.scan(escapeParentheses(text)).isGlob;
}

/** Whether it says what to leave out, as others have it: on its own, it would find the very files that it names. */
export function isNegated(text: string): boolean {
	return picomatch.scan(text).negated;
}

/** As in a shell, those that do not follow one of `?*+@!` are part of a name. picomatch takes them for a regular expression's. */
function escapeParentheses(pattern: string): string {
	const open: boolean[] = [];
	let before = '';
	let escaped = '';
	for (const [part] of pattern.matchAll(PARTS)) {
		if (part === '(') open.push(/^[?*+@!]$/.test(before));
		const isPlain = part === '(' ? open.at(-1) === false : part === ')' && open.pop() !== true;
		escaped += isPlain ? `\\${part}` : part;
		before = part;
	}

	return escaped;
}

/** At each `/` that is not within brackets. */
function splitPath(glob: string): string[] {
	const names = [''];
	let depth = 0;
	for (const [part] of glob.matchAll(PARTS)) {
		if ('{(['.includes(part)) depth++;
		else if ('})]'.includes(part)) depth--;
		if (part === '/' && depth <= 0) names.push('');
		else names.push(`${names.pop() ?? ''}${part}`);
	}

	return names;
}
