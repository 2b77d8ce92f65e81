import {SQLITE_OK} from '../../src/constants.ts';
import type {JobContext} from '../context.ts';
import {copyError} from '../copy-error.ts';
import {Pacer} from '../pacer.ts';
import {assertUnmoved, type Source} from '../source/open.ts';
import {Reader} from '../source/reader.ts';
import {isEmpty} from '../source/size.ts';
import type {Copied, Strategy} from './strategy.ts';

/** What is copied in one native call at the most: some milliseconds, after which an abort is seen. */
const SLICE_BYTES = 1024 * 1024;

/**
 * SQLite's online backup API, in steps. A step is what the caller sees; inside, it is copied in slices.
 *
 * @see https://sqlite.org/c3ref/backup_finish.html
 */
export const pages: Strategy = {
	name: 'pages',
	async copy(source, staging, job) {
		try {
			return await copyPages(source, staging, job);
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
	const reader = new Reader(source, job, stepPagesOf(job) === Infinity);
	try {
		for (;;) {
			// From here on every transfer runs under a read lock of ours, which settles what better-sqlite3 leaves open: it takes
			// SQLITE_BUSY for progress, and "0 pages remain" for success even if the source was locked and nothing was copied.
			reader.begin();
			const pageSize = Number(source.connection.pragma('main.page_size', {simple: true}));
			const pages = await transfer(source, staging, job, {reader, pageSize});
			assertUnmoved(source);
			if (pages > 0 || isEmpty(source)) return {pages, pageSize};
			// The same goes for the other side: whoever has opened the staging file has locked it.
			reader.end();
			job.patience.wait('target', undefined);
		}
	} finally {
		reader.end();
	}
}

/** Pages in each step that the caller sees. */
function stepPagesOf({request}: JobContext): number {
	return request.copy.pages === 0 ? Infinity : request.copy.pages;
}

interface Transfer {
	/** It has begun to read. */
	readonly reader: Reader;
	readonly pageSize: number;
}

/** @returns how many pages there are; 0 also where nothing was done */
async function transfer(
	{connection}: Source,
	staging: string,
	job: JobContext,
	{reader, pageSize}: Transfer,
): Promise<number> {
	const {request, reporter, patience} = job;
	const stepPages = stepPagesOf(job);
	const pacer = new Pacer(request.copy.maxRate, patience);
	reporter.pageSize = pageSize;
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
	return totalPages;
}
