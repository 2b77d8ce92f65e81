import picomatch from 'picomatch';

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
		const {base, glob} = picomatch.scan(pattern, {unescape: true});
		this.base = base;
		this.matches = picomatch(glob);
		// A choice between whole paths has no steps that are the same for all of them.
		const names = /[{(][^})]*\//.test(glob) ? ['**'] : glob.split('/');
		const globstar = names.findIndex((name) => name.includes('**'));
		this.#endless = globstar !== -1;
		this.#steps = names.slice(0, this.#endless ? globstar : -1).map((name) => picomatch(name));
		this.#hidden = /(?:^|[/{(,|])\./.test(glob);
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
