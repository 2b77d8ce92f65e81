import {mkdir, rmdir, stat} from 'node:fs/promises';
import {dirname, join, resolve, sep} from 'node:path';
import {BackupError} from '../../errors.ts';
import {messageOf} from '../../message.ts';
import type {PlannedCopy} from './plan.ts';

/** Its owner must be able to write into a directory, whatever the source's allows. */
const OWNER = 0o700;

/**
 * Makes the directories of the targets as they are needed, each with the permissions of the one that it stands for: what
 * is shut off in a directory of the sources is shut off among the copies as well.
 */
export class Directories {
	readonly #out: string;
	/** Those that are known to be there. */
	readonly #there = new Set<string>();
	/** Those that were not there before, each after the one that it is in. */
	readonly #made: string[] = [];
	#last: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(out: string) {
		this.#out = out;
	}

	/** Whether no more are made. */
	get closed(): boolean {
		return this.#closed;
	}

	/** @throws `BackupError` ERR_BACKUP_TARGET */
	async makeFor(copy: PlannedCopy): Promise<void> {
		const making = this.#makeFor(copy);
		this.#last = making.catch(() => undefined);
		await making;
	}

	/** Takes away those that nothing has come into, when no more copies are made. */
	async removeEmpty(): Promise<void> {
		this.#closed = true;
		// A loop that is left does not wait for what is just being made.
		await this.#last;
		for (const directory of this.#made.reverse()) await rmdir(directory).catch(() => undefined);
	}

	async #makeFor({target, match}: PlannedCopy): Promise<void> {
		try {
			await this.#makeAbove();
			await this.#make(this.#out, match.base);
			const parts = dirname(match.relative).split(sep);
			for (let depth = 1; depth <= parts.length; depth++) {
				const below = join(...parts.slice(0, depth));
				if (below !== '.') await this.#make(join(this.#out, below), join(match.base, below));
			}
		} catch (cause) {
			throw new BackupError(
				'ERR_BACKUP_TARGET',
				`The directory for the target ${target} cannot be made: ${messageOf(cause)}. Check what is in its way, and the permissions.`,
				{cause},
			);
		}
	}

	/** As any program would make them. */
	async #makeAbove(): Promise<void> {
		if (this.#there.size > 0) return;
		const lowest = resolve(dirname(this.#out));
		const highest = await mkdir(lowest, {recursive: true});
		if (highest === undefined) return;
		const made: string[] = [];
		for (let path = lowest; path.length >= resolve(highest).length; path = dirname(path)) made.unshift(path);
		this.#made.push(...made);
	}

	async #make(directory: string, model: string): Promise<void> {
		if (this.#there.has(directory)) return;
		const mode = await modeOf(model);
		try {
			await mkdir(directory, {mode: mode | OWNER});
			this.#made.push(directory);
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
		}

		this.#there.add(directory);
	}
}

async function modeOf(directory: string): Promise<number> {
	return (await stat(directory === '' ? '.' : directory)).mode & 0o777;
}
