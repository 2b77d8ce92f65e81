import {closeSync, openSync, truncateSync, writeSync} from 'node:fs';

const PAGE = 4096;
/** https://sqlite.org/fileformat2.html#the_database_header */
const PAGE_COUNT_OFFSET = 28;

/** Makes a closed database with pages of 4 KiB one that has so many of them, by its header: the rest is a hole in its file. */
export function stretch(path: string, pages: number): void {
	const count = Buffer.alloc(4);
	count.writeUInt32BE(pages);
	const descriptor = openSync(path, 'r+');
	writeSync(descriptor, count, 0, count.length, PAGE_COUNT_OFFSET);
	closeSync(descriptor);
	truncateSync(path, pages * PAGE);
}
