/** Things that are lent to whoever comes, and given back. Who comes while all are lent gets none. */
export class Slots<T> {
	readonly #free: T[];
	readonly #taken = new Map<string, T>();

	constructor(things: readonly T[]) {
		this.#free = [...things];
	}

	take(holder: string): T | undefined {
		const thing = this.#free.shift();
		if (thing !== undefined) this.#taken.set(holder, thing);
		return thing;
	}

	of(holder: string): T | undefined {
		return this.#taken.get(holder);
	}

	release(holder: string): T | undefined {
		const thing = this.#taken.get(holder);
		if (thing === undefined) return undefined;
		this.#taken.delete(holder);
		this.#free.unshift(thing);
		return thing;
	}
}
