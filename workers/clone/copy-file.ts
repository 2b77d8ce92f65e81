import {closeSync, readSync} from 'node:fs';
import {codeOf} from '../failures.ts';
import {writeAll} from '../write-all.ts';
import {copyDirect} from './copy-direct.ts';
import {openEmptied} from './open-emptied.ts';
import {shareBlocks} from './share-blocks.ts';

/** Tells how far a copy has got, and gives the event loop a turn. */
export type TellBytes = (bytes: number) => Promise<void>;

const MIB = 1024 * 1024;
/** Larger ones need larger pieces of the system's memory, for which there may be a long wait. */
const CHUNK_BYTES = MIB / 8;
const NEWS_BYTES = 8 * MIB;

/**
 * Copies an open file to one that is there, in the fastest way that the file system of the target has.
 *
 * @param readAgain whether the copy is read right after, which is faster from the system's cache
 */
export async function copyWhole(source: number, target: string, readAgain: boolean, tell: TellBytes): Promise<void> {
	if (shareBlocks(source, target)) return;
	if (!readAgain) {
		try {
			await copyDirect(source, target, tell);
			return;
		} catch (error) {
			if (codeOf(error) !== 'EINVAL') throw error;
		}
	}

	const descriptor = openEmptied(target);
	try {
		await copyBytes(source, descriptor, Infinity, tell);
	} finally {
		closeSync(descriptor);
	}
}

/**
 * Copies the first `length` bytes of an open file, or up to its end, to another one. Not by `copyFile`, which goes round for ever when the
 * file shrinks meanwhile, as it does when SQLite checkpoints a VACUUM.
 *
 * @returns the bytes copied
 */
export async function copyBytes(source: number, target: number, length: number, tell: TellBytes): Promise<number> {
	const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
	let offset = 0;
	let told = 0;
	while (offset < length) {
		const count = readSync(source, chunk, 0, Math.min(CHUNK_BYTES, length - offset), offset);
		if (count === 0) break;
		writeAll(target, chunk.subarray(0, count), offset);
		offset += count;
		if (offset - told >= NEWS_BYTES) {
			told = offset;
			await tell(offset);
		}
	}

	await tell(offset);
	return offset;
}
