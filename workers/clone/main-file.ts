import {closeSync, fstatSync, ftruncateSync, openSync, readSync} from 'node:fs';

/** https://sqlite.org/fileformat2.html#the_database_header */
const HEADER_BYTES = 100;
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
		const pageSize = pageSizeOf(header);
		const pages = pageCountOf(header) ?? Math.floor(size / pageSize);
		if (size < pages * pageSize) throw new Error(`The file has ${String(size)} bytes of ${String(pages)} pages`);
		if (size > pages * pageSize) ftruncateSync(descriptor, pages * pageSize);
		return {pages, pageSize};
	} finally {
		closeSync(descriptor);
	}
}

/** @param header the first bytes of a database, 18 at the least */
export function pageSizeOf(header: Buffer): number {
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
