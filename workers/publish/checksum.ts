import {createHash} from 'node:crypto';
import {closeSync, fsyncSync, openSync, readSync} from 'node:fs';
import type {JobContext} from '../context.ts';

/** What is read in one go; an abort is seen between two. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The SHA-256 of a staging file, which is flushed through the same descriptor, so that it is opened and closed once and
 * before anybody else knows it.
 *
 * @throws Cancelled
 */
export function flushAndHash(path: string, {patience}: JobContext): string {
	const hash = createHash('sha256');
	const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
	const descriptor = openSync(path, 'r+');
	try {
		for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
			hash.update(chunk.subarray(0, length));
			patience.throwIfCancelled();
		}

		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}

	return hash.digest('hex');
}
