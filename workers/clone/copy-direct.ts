import {closeSync, constants, openSync, readSync, write as writeWithCallback} from 'node:fs';
import {promisify} from 'node:util';
import {writeAll as writeAllSync} from '../write-all.ts';
import type {TellBytes} from './copy-file.ts';
import {openEmptied} from './open-emptied.ts';

const write = promisify(writeWithCallback);

const MIB = 1024 * 1024;
/**
 * What is read and written in one go: larger ones are no faster and take more memory, and the removal of an aborted copy's
 * file waits for the one that is being written.
 */
export const PIECE_BYTES = MIB;
const NEWS_BYTES = 8 * MIB;
/** What the disk takes: a multiple of its blocks, which are no larger than this. */
const BLOCK_BYTES = 64 * 1024;

/** Two, so that one is read while the other is written. Kept, since the system takes its time to find memory. */
let pieces: readonly [Buffer, Buffer] | undefined;

/**
 * Copies an open file past the system's cache, on the side that is written: what a copy holds is not needed in memory
 * again soon, and the cache would drop pages for it that the application uses. Next to nothing is left waiting for a
 * flush, and to move the bytes costs half the processor time. Not for two copies at a time.
 *
 * @throws Error with the code `EINVAL` where the file system cannot do this; then nothing useful is in the target
 * @see https://man7.org/linux/man-pages/man2/open.2.html (`O_DIRECT`)
 */
export async function copyDirect(source: number, target: string, tell: TellBytes): Promise<void> {
	const {length, rest} = await copyBlocks(source, target, tell);
	if (rest.length > 0) writeThroughCache(target, rest, length - rest.length);
	await tell(length);
}

interface CopiedBlocks {
	/** Of the source. */
	readonly length: number;
	/** Its last bytes, which are no whole block and not written yet. */
	readonly rest: Buffer;
}

async function copyBlocks(source: number, target: string, tell: TellBytes): Promise<CopiedBlocks> {
	const descriptor = openEmptied(target, constants.O_DIRECT);
	let writing: Promise<void> = Promise.resolve();
	try {
		let [reading, waiting] = (pieces ??= [allocate(), allocate()]);
		for (let offset = 0; ;) {
			const count = fill(reading, source, offset);
			await writing;
			const whole = count - (count % BLOCK_BYTES);
			writing = writeAll(descriptor, reading.subarray(0, whole), offset);
			offset += count;
			if (count < PIECE_BYTES) {
				await writing;
				return {length: offset, rest: reading.subarray(whole, count)};
			}

			[reading, waiting] = [waiting, reading];
			if (offset % NEWS_BYTES === 0) await Promise.all([writing, tell(offset)]);
		}
	} finally {
		// Else its number could be another file's by the time it is written to.
		await writing.catch(() => undefined);
		closeSync(descriptor);
	}
}

function writeThroughCache(path: string, bytes: Buffer, position: number): void {
	const descriptor = openSync(path, 'r+');
	try {
		writeAllSync(descriptor, bytes, position);
	} finally {
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
