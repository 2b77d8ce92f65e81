import {closeSync, constants, ftruncateSync, openSync, readSync, write as writeWithCallback} from 'node:fs';
import {promisify} from 'node:util';
import type {TellBytes} from './copy-file.ts';

const write = promisify(writeWithCallback);

const MIB = 1024 * 1024;
/** What is read and written in one go: larger ones are no faster, and take more memory. */
export const PIECE_BYTES = 2 * MIB;
const NEWS_BYTES = 8 * MIB;
/** What the disk takes: a multiple of its blocks, of which larger ones than this are rare, and refused by an error. */
const BLOCK_BYTES = 4096;

/**
 * Copies an open file past the system's cache, on the side that is written: what a copy holds is not needed in memory
 * again soon, and the cache would drop pages for it that the application uses. No bytes are left waiting for a flush, and
 * to move them costs half the processor time. One piece is read while the last one is written.
 *
 * @throws Error with the code `EINVAL` where the file system cannot do this; then nothing useful is in the target
 * @see https://man7.org/linux/man-pages/man2/open.2.html (`O_DIRECT`)
 */
export async function copyDirect(source: number, target: string, tell: TellBytes): Promise<void> {
	const {O_WRONLY, O_CREAT, O_TRUNC, O_DIRECT} = constants;
	const descriptor = openSync(target, O_WRONLY | O_CREAT | O_TRUNC | O_DIRECT, 0o600);
	let writing: Promise<void> = Promise.resolve();
	try {
		let [reading, waiting] = [allocate(), allocate()];
		let offset = 0;
		let count: number;
		do {
			count = fill(reading, source, offset);
			await writing;
			// The last piece has too much. That is cut off in the end.
			writing = writeAll(descriptor, reading.subarray(0, roundUp(count)), offset);
			offset += count;
			[reading, waiting] = [waiting, reading];
			if (offset % NEWS_BYTES === 0) await Promise.all([writing, tell(offset)]);
		} while (count === PIECE_BYTES);

		await writing;
		ftruncateSync(descriptor, offset);
		await tell(offset);
	} finally {
		// Else its number could be another file's by the time it is written to.
		await writing.catch(() => undefined);
		closeSync(descriptor);
	}
}

/** Memory that begins at a page of the system's, as the disk needs it: of all buffers, only resizable ones do. */
function allocate(): Buffer {
	return Buffer.from(new ArrayBuffer(PIECE_BYTES, {maxByteLength: PIECE_BYTES}), 0, PIECE_BYTES);
}

/** @returns how many bytes were read: less than there is room for only at the end of the file */
function fill(piece: Buffer, source: number, offset: number): number {
	let count = 0;
	while (count < piece.length) {
		const read = readSync(source, piece, count, piece.length - count, offset + count);
		if (read === 0) break;
		count += read;
	}

	return count;
}

async function writeAll(descriptor: number, bytes: Buffer, position: number): Promise<void> {
	for (let done = 0; done < bytes.length;) {
		const {bytesWritten} = await write(descriptor, bytes, done, bytes.length - done, position + done);
		done += bytesWritten;
	}
}

function roundUp(bytes: number): number {
	return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
