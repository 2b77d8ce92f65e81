import {writeSync} from 'node:fs';

/** Writes all of the bytes at a place in a file: the system may take only a part of them at a time. */
export function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
	for (let done = 0; done < bytes.length;) {
		done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
	}
}
