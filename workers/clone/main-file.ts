import {closeSync, fstatSync, ftruncateSync, openSync, readSync} from 'node:fs';

/** https://sqlite.org/fileformat2.html#the_database_header */
const HEADER_BYTES = 100;
export const SMALLEST_PAGE = 512;
const PAGE_SIZE_OFFSET = 16;
const CHANGE_COUNTER_OFFSET = 24;
const PAGE_COUNT_OFFSET = 28;
const VERSION_VALID_FOR_OFFSET = 92;

/** What a database file holds. */
export interface Measured {
	readonly pages: number;
	/** Bytes in a page. */
	readonly pageSize: number;
}

/**
 * Another text after the main file was written to: by the counter that goes up with every transaction, and by what the
 * system notes, as half a transaction may have been written.
 */
export function readVersion(descriptor: number): string {
	const {size, mtimeNs} = fstatSync(descriptor, {bigint: true});
	const counter = readHeader(descriptor).readUInt32BE(CHANGE_COUNTER_OFFSET);
	return [size, mtimeNs, counter].join(':');
}

/**
 * Reads from its header how large a database is that nobody uses, and cuts off what its file has beyond: a database that
 * has just shrunk may not have been cut yet.
 *
 * @throws Error when the file is shorter
 */
export function measure(path: string): Measured {
	const descriptor = openSync(path, 'r+');
	try {
		const header = readHeader(descriptor);
		const {size} = fstatSync(descriptor);
		const measured = measureBytes(header, size);
		const bytes = measured.pages * measured.pageSize;
		if (size > bytes) ftruncateSync(descriptor, bytes);
		return measured;
	} finally {
		closeSync(descriptor);
	}
}

/**
 * How much of so many bytes is a database.
 *
 * @param header the first 100 of them
 * @throws Error when they are too few
 */
export function measureBytes(header: Buffer, size: number): Measured {
	const pageSize = pageSizeOf(header);
	if (pageSize < SMALLEST_PAGE) throw new Error(`There are no pages of ${String(pageSize)} bytes`);
	const pages = pageCountOf(header) ?? Math.floor(size / pageSize);
	if (size < pages * pageSize) throw new Error(`There are ${String(size)} bytes of ${String(pages)} pages`);
	return {pages, pageSize};
}

function pageSizeOf(header: Buffer): number {
	const pageSize = header.readUInt16BE(PAGE_SIZE_OFFSET);
	return pageSize === 1 ? 65_536 : pageSize;
}

/** Undefined where an old version of SQLite was the last to write, which did not know of this field. */
function pageCountOf(header: Buffer): number | undefined {
	const pages = header.readUInt32BE(PAGE_COUNT_OFFSET);
	const valid = header.readUInt32BE(CHANGE_COUNTER_OFFSET) === header.readUInt32BE(VERSION_VALID_FOR_OFFSET);
	return pages > 0 && valid ? pages : undefined;
}

function readHeader(descriptor: number): Buffer {
	const header = Buffer.alloc(HEADER_BYTES);
	if (readSync(descriptor, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) throw new Error('The file has no header');
	return header;
}
