import {
	chmodSync,
	closeSync,
	constants,
	copyFileSync,
	fdatasync,
	fstatSync,
	openSync,
	readSync,
	statfsSync,
	statSync,
	type Stats,
} from 'node:fs';
import {dirname} from 'node:path';
import {writeAll} from '../write-all.ts';

/** Tells how far a copy has got, and gives the event loop a turn. */
export type TellBytes = (bytes: number) => Promise<void>;

const MIB = 1024 * 1024;
/**
 * What is read and written in one go. Larger ones are no faster, and slower by far where the system must get large pieces
 * of memory for them: 4 GB took 7 s by 1 MiB and 2 to 4 s by less, on the machine of `docs/performance.md`.
 */
const CHUNK_BYTES = MIB / 8;
/** After so many bytes, the disk is set to work on them while the next ones are copied. */
export const FLUSH_BYTES = 64 * MIB;
const NEWS_BYTES = 8 * MIB;

/** The file systems on Linux that can share blocks between files, by `statfs`: btrfs, XFS, bcachefs and ZFS. */
const SHARING_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x2fc12fc1]);

/** Copies an open file to a new or empty one: as shared blocks where the file system can, else byte by byte. */
export async function copyWhole(source: number, target: string, tell: TellBytes): Promise<void> {
	if (!shareBlocks(source, target)) await copyBytes(source, target, Infinity, tell);
}

/**
 * Copies the first `length` bytes, or up to the end of the file. Not by `copyFile`, which goes round for ever when the
 * file shrinks meanwhile, as it does when SQLite checkpoints a VACUUM.
 *
 * @returns the bytes copied
 */
export async function copyBytes(source: number, target: string, length: number, tell: TellBytes): Promise<number> {
	const descriptor = openSync(target, 'w', 0o600);
	try {
		const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
		const flusher = new Flusher(descriptor);
		let offset = 0;
		let told = 0;
		while (offset < length) {
			const count = readSync(source, chunk, 0, Math.min(CHUNK_BYTES, length - offset), offset);
			if (count === 0) break;
			writeAll(descriptor, chunk.subarray(0, count), offset);
			offset += count;
			flusher.wrote(count);
			if (offset - told >= NEWS_BYTES) {
				told = offset;
				await tell(offset);
			}
		}

		await flusher.finish();
		await tell(offset);
		return offset;
	} finally {
		closeSync(descriptor);
	}
}

/**
 * Keeps the disk busy during a copy, so that the flush at its end has little left to do. What goes wrong with that counts:
 * the system tells of bytes that it could not write once, and then takes them for written.
 *
 * @see https://wiki.postgresql.org/wiki/Fsync_Errors
 */
class Flusher {
	readonly #descriptor: number;
	#unflushed = 0;
	#idle: Promise<void> = Promise.resolve();
	#busy = false;
	#failure: Error | null = null;

	constructor(descriptor: number) {
		this.#descriptor = descriptor;
	}

	wrote(bytes: number): void {
		this.#unflushed += bytes;
		if (this.#busy || this.#unflushed < FLUSH_BYTES) return;
		this.#unflushed = 0;
		this.#busy = true;
		this.#idle = new Promise((resolve) => {
			fdatasync(this.#descriptor, (error) => {
				this.#busy = false;
				this.#failure ??= error;
				resolve();
			});
		});
	}

	/** @throws Error when something that was copied could not be written */
	async finish(): Promise<void> {
		await this.#idle;
		if (this.#failure !== null) throw this.#failure;
	}
}

/** Through the open descriptor, so that it is this very file. False where it cannot be done; then the target is gone. */
function shareBlocks(source: number, target: string): boolean {
	try {
		if (process.platform !== 'linux' || !SHARING_FILE_SYSTEMS.has(statfsSync(dirname(target)).type)) return false;
		if (!admitsNobodyNew(fstatSync(source), statSync(target))) return false;
		copyFileSync(`/proc/self/fd/${String(source)}`, target, constants.COPYFILE_FICLONE_FORCE);
		chmodSync(target, 0o600);
		return true;
	} catch {
		return false;
	}
}

/**
 * Node.js gives the target the permissions of the source while it copies. Nobody may use it by them who could not use the
 * source: in another group, they must not make a difference between that group and all others.
 */
function admitsNobodyNew(source: Stats, target: Stats): boolean {
	return source.gid === target.gid || ((source.mode >> 3) & 0o7) === (source.mode & 0o7);
}
