import {measureBytes} from '../clone/main-file.ts';
import type {JobContext} from '../context.ts';
import {assertUnmoved, type Source} from '../source/open.ts';
import {Reader} from '../source/reader.ts';
import {isEmpty, sizeOf} from '../source/size.ts';

/** The longest `serialize()` that better-sqlite3 can return, in bytes. */
export const LONGEST_IMAGE = 2_147_483_391;

/** A database that no image can hold. */
export class TooLarge extends Error {
	constructor(bytes: number) {
		super(`The database has ${String(bytes)} bytes, and an image of one can have ${String(LONGEST_IMAGE)} at the most`);
	}
}

/** Where SQLite keeps a page of zeros for its locks. https://sqlite.org/fileformat2.html#the_lock_byte_page */
const LOCK_BYTE = 2 ** 30;

/** The whole database as it would be in a file, every page of it. */
export interface Image {
	readonly bytes: Uint8Array;
	readonly pages: number;
	readonly pageSize: number;
}

/**
 * Reads a database into memory, under one read transaction.
 *
 * @throws Error when it cannot be read in this way, which is none for an empty database (SQLite would write to it), and
 * none for one with a page of zeros (SQLite gives one instead of an error when a page cannot be read)
 */
export function readImage(source: Source, job: JobContext): Image {
	if (isEmpty(source)) throw new Error('An empty database has no image');
	const all = source.image ?? serialize(source, job);
	const {pages, pageSize} = measureBytes(Buffer.from(all.buffer, all.byteOffset, all.length), all.length);
	// A database that was opened from bytes may have more of them than belong to it.
	const bytes = all.subarray(0, pages * pageSize);
	if (hasBlankPage(bytes, pageSize)) throw new Error('The image has a page of zeros');
	return {bytes, pages, pageSize};
}

function serialize(source: Source, job: JobContext): Uint8Array {
	const reader = new Reader(source, job, true);
	try {
		reader.begin();
		reader.watchWal();
		const {pages, pageSize} = sizeOf(source);
		if (pages * pageSize > LONGEST_IMAGE) throw new TooLarge(pages * pageSize);
		const image = source.connection.serialize();
		assertUnmoved(source);
		return image;
	} finally {
		reader.end();
	}
}

function hasBlankPage(bytes: Uint8Array, pageSize: number): boolean {
	const zeros = new Uint8Array(pageSize);
	for (let offset = 0; offset < bytes.length; offset += pageSize) {
		// Nearly every page begins with its type, so most are done with here.
		if (bytes[offset] !== 0 || offset === LOCK_BYTE) continue;
		if (Buffer.compare(bytes.subarray(offset, offset + pageSize), zeros) === 0) return true;
	}

	return false;
}
