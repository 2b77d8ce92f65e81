import {closeSync, readSync} from 'node:fs';
import {writeAll} from '../write-all.ts';
import {openEmptied} from './open-emptied.ts';
import {shareBlocks} from './share-blocks.ts';

/** Tells how far a copy has got, and gives the event loop a turn. */
export type TellBytes = (bytes: number) => Promise<void>;

const MIB = 1024 * 1024;
/** Larger ones need larger pieces of the system's memory, for which there may be a long wait. */
const CHUNK_BYTES = MIB / 8;
/** How often is told how far it has got. */
const NEWS_BYTES = 8 * MIB;

/**
 * Copies an open file to one that is there, in the fastest way that the file system of the target has.
 *
 * @param tell called in the middle for each {@link NEWS_BYTES}, and at the end
 */
export async function copyWhole(source: number, target: string, tell: TellBytes): Promise<void> {
	if (shareBlocks(source, target)) return;
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
