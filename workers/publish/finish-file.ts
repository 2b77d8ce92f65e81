import {createHash} from 'node:crypto';
import {closeSync, fchmodSync, fsyncSync, openSync, readSync} from 'node:fs';
import type {ChecksumOption} from '../../src/options.ts';
import type {JobContext} from '../context.ts';

export interface Finish {
	/** Permission bits, or undefined to leave them. */
	readonly mode: number | undefined;
	readonly checksum: ChecksumOption;
}

/** What is read in one go; an abort is seen between two. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The last that is done to a staging file: its checksum, its permissions and the flush, all through one descriptor, which
 * is closed before anybody else knows the file. The permissions come late, because they may forbid to open it for writing.
 *
 * @returns the checksum, if one is asked for
 * @throws Cancelled
 */
export function finishFile(path: string, {mode, checksum}: Finish, {patience}: JobContext): string | undefined {
	const descriptor = openSync(path, 'r+');
	try {
		const hash = checksum === false ? undefined : createHash(checksum);
		if (hash !== undefined) {
			for (const chunk of readChunks(descriptor)) {
				hash.update(chunk);
				patience.throwIfCancelled();
			}
		}

		if (mode !== undefined) fchmodSync(descriptor, mode);
		fsyncSync(descriptor);
		return hash?.digest('hex');
	} finally {
		closeSync(descriptor);
	}
}

function* readChunks(descriptor: number): Generator<Uint8Array> {
	const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
	for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
		yield chunk.subarray(0, length);
	}
}
