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

/** As much of the first `length` bytes as there is; undefined where there is no file. */
export function readStart(path: string, length: number, flags: 'r' | 'r+' = 'r'): Buffer | undefined {
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
