import {open} from 'node:fs/promises';
import {BackupError} from './errors.ts';
import {messageOf} from './message.ts';

/**
 * Waits until a directory's entries are on the disk: without it, a rename may be undone by a power failure. Jobs that end
 * together share a flush, since it is the disk that takes the time; each one gets a flush that began after its rename.
 */
export class DirectoryFlusher {
	/** The flush that has not begun yet, by directory. */
	readonly #next = new Map<string, Promise<void>>();
	/** The last flush that has begun or will. */
	readonly #last = new Map<string, Promise<void>>();

	/** @throws `BackupError` ERR_BACKUP_TARGET */
	async flush(directory: string): Promise<void> {
		// Windows cannot flush a directory, and journals its entries itself.
		if (process.platform === 'win32') return;
		try {
			await (this.#next.get(directory) ?? this.#queue(directory));
		} catch (cause) {
			throw new BackupError(
				'ERR_BACKUP_TARGET',
				`The copy is in place, but its directory ${directory} could not be flushed to the disk: ${messageOf(cause)}. Until ` +
					'the next flush, a power failure may bring the old target back. Check the disk, and run the backup again.',
				{cause},
			);
		}
	}

	#queue(directory: string): Promise<void> {
		const before = this.#last.get(directory) ?? Promise.resolve();
		const flush = before
			.catch(() => undefined)
			.then(() => {
				this.#next.delete(directory);
				return flushDirectory(directory);
			})
			.finally(() => {
				if (this.#last.get(directory) === flush) this.#last.delete(directory);
			});
		this.#next.set(directory, flush);
		this.#last.set(directory, flush);
		return flush;
	}
}

async function flushDirectory(path: string): Promise<void> {
	await using handle = await open(path, 'r');
	await handle.sync();
}
