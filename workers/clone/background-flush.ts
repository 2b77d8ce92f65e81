import {close, fdatasync, openSync} from 'node:fs';
import {promisify} from 'node:util';

const [flush, closeFile] = [promisify(fdatasync), promisify(close)];

/**
 * Has what is in a file flushed while more is written to it. A disk that begins with its part when all of the copy is in
 * the system's cache stands idle until then, and has all of it to do at the end.
 *
 * The system tells of a flush that failed once. So whoever begins one must come to {@link end}, or the file must not be
 * used: a later flush may succeed over bytes that are gone. https://wiki.postgresql.org/wiki/Fsync_Errors
 */
export class BackgroundFlush {
	readonly #path: string;
	#descriptor: number | undefined;
	#running: Promise<void> | undefined;
	#failure: {readonly error: unknown} | undefined;

	constructor(path: string) {
		this.#path = path;
	}

	/** Unless one is still running, or has failed. */
	begin(): void {
		if (this.#running !== undefined || this.#failure !== undefined) return;
		// One of its own: that of the copy is closed when all is written, while this one is still in use.
		const descriptor = (this.#descriptor ??= openSync(this.#path, 'r+'));
		this.#running = flush(descriptor)
			.catch((error: unknown) => {
				this.#failure = {error};
			})
			.finally(() => {
				this.#running = undefined;
			});
	}

	/** Waits for what was begun. @throws what the system said of it */
	async end(): Promise<void> {
		await this.#running;
		const descriptor = this.#descriptor;
		this.#descriptor = undefined;
		if (descriptor !== undefined) await closeFile(descriptor);
		if (this.#failure !== undefined) throw this.#failure.error;
	}
}
