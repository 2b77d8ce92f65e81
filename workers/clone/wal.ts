import {closeSync, openSync, readSync} from 'node:fs';
import {endianness} from 'node:os';
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
const MX_FRAME_OFFSET = 16;
const ATTEMPTS = 1000;

/**
 * The last frame of the WAL that belongs to a commit: `mxFrame` of the `-shm`. A frame behind it may look like a commit and
 * be none, if its writer was killed before it could enter it here.
 *
 * @throws Error when it cannot be read, or its two copies do not come to agree: a writer has died between them
 */
export function lastCommittedFrame(path: string): number {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const bytes = readStart(`${path}-shm`, 2 * INDEX_HEADER_BYTES);
		if (bytes?.length !== 2 * INDEX_HEADER_BYTES) throw new Error('The index of the WAL is not there');
		const [first, second] = [bytes.subarray(0, INDEX_HEADER_BYTES), bytes.subarray(INDEX_HEADER_BYTES)];
		if (!first.equals(second)) continue;
		if (first[IS_INIT_OFFSET] !== 1) throw new Error('The index of the WAL is not built');
		// In the byte order of the machine that made it, which is this one: the file is shared memory.
		return endianness() === 'LE' ? first.readUInt32LE(MX_FRAME_OFFSET) : first.readUInt32BE(MX_FRAME_OFFSET);
	}

	throw new Error('The index of the WAL is half written');
}

/** As much of the first `length` bytes as there is; undefined where there is no file. */
function readStart(path: string, length: number): Buffer | undefined {
	let descriptor: number;
	try {
		descriptor = openSync(path, 'r');
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
