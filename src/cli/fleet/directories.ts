import {mkdir, stat} from 'node:fs/promises';
import {dirname, join, sep} from 'node:path';
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
	readonly #made = new Set<string>();

	constructor(out: string) {
		this.#out = out;
	}

	/** @throws `BackupError` ERR_BACKUP_TARGET */
	async makeFor({target, match}: PlannedCopy): Promise<void> {
		try {
			await this.#make(this.#out, match.base, true);
			const parts = dirname(match.relative).split(sep);
			for (let depth = 1; depth <= parts.length; depth++) {
				const below = join(...parts.slice(0, depth));
				if (below !== '.') await this.#make(join(this.#out, below), join(match.base, below), false);
			}
		} catch (cause) {
			throw new BackupError(
				'ERR_BACKUP_TARGET',
				`The directory for the target ${target} cannot be made: ${messageOf(cause)}. Check what is in its way, and the permissions.`,
				{cause},
			);
		}
	}

	async #make(directory: string, model: string, recursive: boolean): Promise<void> {
		if (this.#made.has(directory)) return;
		const mode = await modeOf(model);
		try {
			if (recursive) await mkdir(dirname(directory), {recursive: true});
			await mkdir(directory, {mode: mode | OWNER});
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
		}

		this.#made.add(directory);
	}
}

async function modeOf(directory: string): Promise<number> {
	return (await stat(directory === '' ? '.' : directory)).mode & 0o777;
}
