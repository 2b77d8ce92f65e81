import {realpath, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import type {ExistingMode} from '../../options.ts';
import {resolveTarget} from '../../target.ts';

/** Finds out which file a copy would end up in, when links are followed, also while its directory is still to be made. */
export class Landing {
	readonly #existing: ExistingMode;
	/** Directories by their names, because many targets have the same. */
	readonly #directories = new Map<string, string>();

	constructor(existing: ExistingMode) {
		this.#existing = existing;
	}

	/** The same text for two targets that are one file. */
	async of(target: string): Promise<string> {
		const path = join(await this.#follow(dirname(resolve(target))), basename(target));
		// The copy itself tells what is wrong with a target that cannot be followed.
		return await this.#identify(await resolveTarget({kind: 'file', path, existing: this.#existing}).catch(() => path));
	}

	/** The text that {@link of} has for a target that is this file. */
	async ofSource(source: string): Promise<string> {
		return await this.#identify(await realpath(source).catch(() => resolve(source)));
	}

	/** In place, a copy goes to every name of a file. Else it gets the one name, and takes it from the old file. */
	async #identify(file: string): Promise<string> {
		const stats = this.#existing === 'overwrite' ? await stat(file).catch(() => undefined) : undefined;
		return stats === undefined || stats.nlink === 1 ? file : `${String(stats.dev)}:${String(stats.ino)}`;
	}

	async #follow(directory: string): Promise<string> {
		const known = this.#directories.get(directory);
		if (known !== undefined) return known;
		const real = await realpath(directory).catch(async () => {
			const parent = dirname(directory);
			return parent === directory ? directory : join(await this.#follow(parent), basename(directory));
		});
		this.#directories.set(directory, real);
		return real;
	}
}
