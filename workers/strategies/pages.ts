import {SQLITE_OK} from '../../src/constants.ts';
import {BackupError} from '../../src/errors.ts';
import type {JobContext} from '../context.ts';
import {copyError} from '../copy-error.ts';
import {targetError} from '../failures.ts';
import {statFile} from '../identity.ts';
import {Pacer} from '../pacer.ts';
import {assertUnmoved, type Source} from '../source/open.ts';
import {Reader} from '../source/reader.ts';
import type {Copied, Strategy} from './strategy.ts';

/** What is copied in one native call at the most: some milliseconds, after which an abort is seen. */
const SLICE_BYTES = 2 * 1024 * 1024;

/**
 * SQLite's online backup API, in steps. A step is what the caller sees; inside, it is copied in slices.
 *
 * @see https://sqlite.org/c3ref/backup_finish.html
 */
export const pages: Strategy = {
	name: 'pages',
	async copy(source, staging, job) {
		try {
			const copied = await copyPages(source, staging, job);
			assertComplete(staging, job.request.target.path, copied);
			return copied;
		} catch (error) {
			throw copyError(error, {
				source: source.name,
				staging,
				target: job.request.target.path,
				bytes: job.reporter.last.total * Number(source.connection.pragma('page_size', {simple: true})),
			});
		}
	},
};

async function copyPages(source: Source, staging: string, job: JobContext): Promise<Copied> {
	const {request, reporter, patience} = job;
	const stepPages = request.copy.pages === 0 ? Infinity : request.copy.pages;
	const reader = new Reader(source, job, stepPages === Infinity);
	const pacer = new Pacer(request.copy.maxRate, patience);
	const {connection} = source;

	try {
		// From here on every transfer runs under a read lock of ours, which settles what better-sqlite3 leaves open: it takes
		// SQLITE_BUSY for progress, and "0 pages remain" for success even if the source was locked and nothing was copied.
		reader.begin();
		const pageSize = Number(connection.pragma('main.page_size', {simple: true}));
		job.reporter.pageSize = pageSize;
		const slicePages = Math.max(1, Math.floor(Math.min(SLICE_BYTES, pacer.burst) / pageSize));
		let inStep = 0;
		let slice = 0;

		const {totalPages} = await connection.backup(staging, {
			progress({remainingPages: remaining, totalPages: total}) {
				patience.throwIfCancelled();
				reader.watchWal();
				inStep += slice;
				if (inStep >= stepPages) {
					inStep = 0;
					reader.endStep();
					reporter.step(SQLITE_OK, remaining, total);
					// As in CPython, the callback has seen this step before the next begins. Under a pin it may lag behind: a pin
					// should be short, and in rollback mode waiting under it could stop both threads for good.
					if (!reader.pinned) reporter.flush();
					patience.progressed();
				} else {
					reporter.tick(SQLITE_OK, remaining, total);
				}

				pacer.account(slice * pageSize);
				if (!reader.shutsOutWriters) pacer.pause();
				reader.begin();
				slice = Math.min(slicePages, stepPages - inStep);
				return slice;
			},
		});

		assertUnmoved(source);
		return {pages: totalPages, pageSize};
	} finally {
		reader.end();
	}
}

/** A last look at what is about to be called a success. */
function assertComplete(staging: string, target: string, {pages: count, pageSize}: Copied): void {
	const stats = statFile(staging);
	if (stats === undefined) throw targetError(target, new Error('the file in which the copy was made is gone'));
	const size = Number(stats.size);
	// SQLite makes one page of a source that has none; what is published is as empty as the source.
	if (size === count * pageSize || (count === 0 && size === pageSize)) return;
	throw new BackupError(
		'ERR_BACKUP_TARGET',
		`The copy has ${String(size)} bytes where ${String(count)} pages of ${String(pageSize)} bytes were copied. Check the ` +
			'disk of the target, and run the backup again.',
	);
}
