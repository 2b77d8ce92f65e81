import type {ReadStream} from 'node:fs';
import {open, unlink} from 'node:fs/promises';
import {join} from 'node:path';
import type {FastifyInstance, FastifyReply} from 'fastify';
import type {BackupManager, BackupSource} from 'sqlite-hotcopy';
import {HttpError} from './errors.js';

export interface SnapshotRouteOptions {
	readonly manager: BackupManager;
	readonly source: BackupSource;
	/** The directory for the temporary files. */
	readonly directory: string;
	/** Snapshots at a time: each needs as much room on the disk as the database. */
	readonly limit: number;
	/** Milliseconds that a copy may take. */
	readonly timeout: number;
}

/** Before all backups: somebody waits for it. */
const PRIORITY = 100;

/**
 * `GET /snapshot`: a consistent copy, as a download.
 *
 * It goes through a temporary file. `manager.snapshot()` would need no disk, but its `Buffer` stays in memory for as long
 * as the slowest client takes to read it, once for each client, and ends at 2 GiB. A file costs a little time before the
 * first byte (all of the copy must be there by then, either way) and no memory, however large the database is. It is
 * removed as soon as it is open, so that nothing is left whatever happens to the client or to this process.
 */
export function addSnapshotRoute(app: FastifyInstance, options: SnapshotRouteOptions): void {
	const {limit, directory} = options;
	// Fixed names, each for one client at a time: should the process be killed in the middle of a copy, the next one to the
	// same target removes what it left.
	const free = Array.from({length: limit}, (_, slot) => join(directory, `.snapshot-${String(slot)}.db`));

	// A HEAD request would make the copy for nothing.
	app.get('/snapshot', {exposeHeadRoute: false}, async (_request, reply) => {
		const path = free.shift();
		if (path === undefined) {
			throw new HttpError(503, `${String(limit)} snapshots are being taken already. Try again later.`);
		}

		const release = (): void => void free.push(path);
		const {stream, size} = await openCopy(path, options, whenGone(reply)).catch((error: unknown) => {
			release();
			throw error;
		});
		// Also when the client goes away: Fastify destroys the stream then.
		stream.once('close', release);
		return await reply
			.type('application/vnd.sqlite3')
			.header('content-length', size)
			.header('content-disposition', 'attachment; filename="snapshot.db"')
			.send(stream);
	});
}

interface OpenCopy {
	readonly stream: ReadStream;
	readonly size: number;
}

/**
 * Makes a copy and opens it, upon which its name is taken away. It is opened behind SQLite's back, which is safe here: no
 * connection has this file open, or ever will.
 */
async function openCopy(
	path: string,
	{manager, source, timeout}: SnapshotRouteOptions,
	signal: AbortSignal,
): Promise<OpenCopy> {
	// A client gets one file, so it must be complete without a WAL beside it.
	await manager.backup(source, path, {journalMode: 'delete', priority: PRIORITY, signal, timeout});
	try {
		const file = await open(path);
		const {size} = await file.stat();
		return {stream: file.createReadStream(), size};
	} finally {
		await unlink(path);
	}
}

/** Fires when the client is gone, or has its answer. */
function whenGone(reply: FastifyReply): AbortSignal {
	const controller = new AbortController();
	reply.raw.once('close', () => {
		controller.abort(new Error('The client went away'));
	});
	return controller.signal;
}
