import {readStart} from './wal.ts';

/** The header of the WAL's index is there twice, in 48 bytes each. https://sqlite.org/walformat.html#the_wal_index_header */
const INDEX_HEADER_BYTES = 48;
/** After it, in the four bytes of `nBackfill`, how many frames checkpoints have moved into the main file. */
const INDEX_BYTES = 2 * INDEX_HEADER_BYTES + 4;
const IS_INIT_OFFSET = 12;
/** Places in it, in 32-bit words. */
const MX_FRAME = 4;
const CHECKSUM = 10;
const BACKFILLED = 24;
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
	return readIndex(path).frames;
}

/**
 * Whether every commit in the WAL was in the main file when this was looked at, as it must be of a WAL that is then started
 * over. False also where that cannot be known.
 */
export function isWalDone(path: string): boolean {
	try {
		const {frames, backfilled} = readIndex(path);
		return frames === backfilled;
	} catch {
		return false;
	}
}

interface WalIndex {
	readonly frames: number;
	readonly backfilled: number;
}

function readIndex(path: string): WalIndex {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const bytes = readStart(`${path}-shm`, INDEX_BYTES, 'r+');
		if (bytes?.length !== INDEX_BYTES) throw new Error('The index of the WAL is not there');
		const first = bytes.subarray(0, INDEX_HEADER_BYTES);
		if (!first.equals(bytes.subarray(INDEX_HEADER_BYTES, 2 * INDEX_HEADER_BYTES))) continue;
		// In the byte order of the machine that made it, which is this one: the file is shared memory.
		const words = new Uint32Array(Uint8Array.from(bytes).buffer);
		if (first[IS_INIT_OFFSET] !== 1 || !hasValidChecksum(words)) throw new Error('The index of the WAL is not built');
		return {frames: words[MX_FRAME] ?? NaN, backfilled: words[BACKFILLED] ?? NaN};
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
