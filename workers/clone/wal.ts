import {closeSync, openSync, readSync} from 'node:fs';
import {codeOf} from '../failures.ts';

/** https://sqlite.org/fileformat2.html#wal_file_format */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_SIZE_OFFSET = 8;

/** The first 32 bytes of a WAL: its page size, and the salts that change whenever it is started over. */
export interface WalHeader {
	readonly bytes: Buffer;
	readonly pageSize: number;
}

/**
 * Undefined where there is no WAL: no file, or one without even a header. Any other failure to read it says nothing, and
 * is thrown.
 */
export function readWalHeader(path: string): WalHeader | undefined {
	const bytes = readStart(`${path}-wal`, HEADER_BYTES);
	if (bytes === undefined || bytes.length < HEADER_BYTES) return undefined;
	return {bytes, pageSize: bytes.readUInt32BE(PAGE_SIZE_OFFSET)};
}

export function isSameHeader(one: WalHeader | undefined, other: WalHeader | undefined): boolean {
	return one !== undefined && other !== undefined && one.bytes.equals(other.bytes);
}

/** Bytes of a WAL up to the end of its frame number `frames`. */
export function walLength(frames: number, pageSize: number): number {
	return frames === 0 ? 0 : HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageSize);
}

/** The header of the WAL's index is there twice, in 48 bytes each. https://sqlite.org/walformat.html#the_wal_index_header */
const INDEX_HEADER_BYTES = 48;
const IS_INIT_OFFSET = 12;
/** Places in it, in 32-bit words. */
const MX_FRAME = 4;
const CHECKSUM = 10;
const ATTEMPTS = 1000;

/**
 * The last frame of the WAL that belongs to a commit: `mxFrame` of the `-shm`. A frame behind it may look like a commit and
 * be none, if its writer was killed before it could enter it here.
 *
 * It must be open to writing, although nothing is written: what a crash has left in it is of no use, and SQLite builds it
 * anew only where it can. Where it cannot, it reads the WAL without it.
 *
 * @throws Error when it cannot be used, or its two copies do not come to agree: a writer has died between them
 */
export function lastCommittedFrame(path: string): number {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const bytes = readStart(`${path}-shm`, 2 * INDEX_HEADER_BYTES, 'r+');
		if (bytes?.length !== 2 * INDEX_HEADER_BYTES) throw new Error('The index of the WAL is not there');
		const [first, second] = [bytes.subarray(0, INDEX_HEADER_BYTES), bytes.subarray(INDEX_HEADER_BYTES)];
		if (!first.equals(second)) continue;
		// In the byte order of the machine that made it, which is this one: the file is shared memory.
		const words = new Uint32Array(Uint8Array.from(first).buffer);
		if (first[IS_INIT_OFFSET] !== 1 || !hasValidChecksum(words)) throw new Error('The index of the WAL is not built');
		return words[MX_FRAME] ?? 0;
	}

	throw new Error('The index of the WAL is half written');
}

/** https://sqlite.org/fileformat2.html#checksum_algorithm */
function hasValidChecksum(header: Uint32Array): boolean {
	const sums = new Uint32Array(2);
	for (const [index, word] of header.subarray(0, CHECKSUM).entries()) {
		const own = index % 2;
		sums[own] = (sums[own] ?? 0) + word + (sums[1 - own] ?? 0);
	}

	return sums[0] === header[CHECKSUM] && sums[1] === header[CHECKSUM + 1];
}

/** As much of the first `length` bytes as there is; undefined where there is no file. */
function readStart(path: string, length: number, flags: 'r' | 'r+' = 'r'): Buffer | undefined {
	let descriptor: number;
	try {
		descriptor = openSync(path, flags);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw error;
	}

	try {
		const bytes = Buffer.alloc(length);
		return bytes.subarray(0, readSync(descriptor, bytes, 0, length, 0));
	} finally {
		closeSync(descriptor);
	}
}
