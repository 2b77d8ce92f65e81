import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {BackupError} from '../src/errors.ts';
import type {CopyReport} from '../src/protocol.ts';
import type {JobContext} from './context.ts';
import {Cancelled, sourceError, targetError} from './failures.ts';
import {leaveWalModeInMemory} from './journal-mode.ts';
import {beginPublishing} from './publish/publisher.ts';
import {createStaging} from './publish/staging.ts';
import {announceLast, describe, findSource, withSource} from './run.ts';
import type {Source} from './source/open.ts';
import {Steps} from './steps.ts';
import {chooseStrategy} from './strategies/choose.ts';
import {copy, type MadeCopy} from './strategies/copy.ts';
import {LONGEST_IMAGE, readImage, TooLarge} from './strategies/image.ts';
import {pages} from './strategies/pages.ts';
import {serialize} from './strategies/serialize.ts';
import type {Strategy} from './strategies/strategy.ts';
import {verify} from './verify/verify.ts';

interface Taken {
	/** Of its own, so that it can be transferred. */
	readonly buffer: ArrayBuffer;
	readonly made: MadeCopy;
}

/** A job whose copy goes to the main thread instead of a file: the bytes of a database that opens as it is. */
export async function runSnapshot(job: JobContext): Promise<CopyReport> {
	const file = findSource(job);
	if (file !== undefined && file.size > LONGEST_IMAGE) throw tooLarge(file.path, new TooLarge(Number(file.size)));
	const {name, buffer, made} = await withSource(job, file, async (source) => ({
		name: source.name,
		...(await take(source, job)),
	}));
	announceLast(job, made);
	beginPublishing(job);
	// Nobody has a WAL beside bytes in memory.
	leaveWalModeInMemory(new Uint8Array(buffer));
	job.reporter.post({type: 'image', bytes: buffer}, [buffer]);
	return {...describe(job, name, made), target: ':memory:'};
}

/** From memory to memory where it can be; by a file on the way where it must be checked, is asked for or does not work. */
async function take(source: Source, job: JobContext): Promise<Taken> {
	if (job.request.target.depth !== false || chooseStrategy(job.request, source.file) !== serialize) {
		return await takeFromFile(source, job);
	}

	try {
		const image = readImage(source, job);
		new Steps(job, image.pages, image.pageSize).complete(image.pages);
		return {
			buffer: ownBuffer(image.bytes),
			made: {pages: image.pages, pageSize: image.pageSize, strategy: 'serialize'},
		};
	} catch (error) {
		if (error instanceof TooLarge) throw tooLarge(source.name, error);
		if (error instanceof Cancelled || error instanceof BackupError) throw error;
		// A turn, in which the image that was of no use is freed.
		await new Promise(setImmediate);
		return await takeFromFile(source, job, pages);
	}
}

async function takeFromFile(source: Source, job: JobContext, strategy?: Strategy): Promise<Taken> {
	const {path, sweep} = job.request.target;
	const staging = createStaging(path, sweep, job);
	try {
		const made = await copy(source, staging, job, strategy);
		await verify(staging.path, job);
		return {buffer: made.pages === 0 ? new ArrayBuffer(0) : readFile(staging.path, source.name, job), made};
	} catch (error) {
		// Neither could be checked or read what was only just written.
		throw error instanceof Cancelled ? error : targetError(path, error);
	} finally {
		staging.remove();
	}
}

/** SQLite's own buffer cannot be transferred, so that is copied, once; one that came from the main thread goes back. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
	const {buffer} = bytes;
	if (buffer instanceof ArrayBuffer && !Buffer.isBuffer(bytes) && bytes.length === buffer.byteLength) return buffer;
	const own = new ArrayBuffer(bytes.length);
	new Uint8Array(own).set(bytes);
	return own;
}

const SLICE_BYTES = 16 * 1024 * 1024;

function readFile(path: string, name: string, {patience}: JobContext): ArrayBuffer {
	const descriptor = openSync(path, 'r');
	try {
		const {size} = fstatSync(descriptor);
		if (size > LONGEST_IMAGE) throw tooLarge(name, new TooLarge(size));
		const buffer = new ArrayBuffer(size);
		const bytes = new Uint8Array(buffer);
		for (let offset = 0; offset < size;) {
			patience.throwIfCancelled();
			const count = readSync(descriptor, bytes, offset, Math.min(SLICE_BYTES, size - offset), offset);
			if (count === 0) throw sourceError(name, new Error('its copy was cut short'));
			offset += count;
		}

		return buffer;
	} finally {
		closeSync(descriptor);
	}
}

function tooLarge(name: string, cause: TooLarge): BackupError {
	return new BackupError(
		'ERR_BACKUP_TOO_LARGE',
		`The source ${name} does not fit into memory as a snapshot: ${cause.message}. Use backup(), which copies it to a file.`,
		{cause},
	);
}
