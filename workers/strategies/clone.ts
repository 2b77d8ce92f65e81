import {askChild, readyChild} from '../child.ts';
import {isOnLocalDisk} from '../clone/local-disk.ts';
import {targetError, toError} from '../failures.ts';
import {markOf, statFile} from '../identity.ts';
import {assertUnmoved, type SourceFile} from '../source/open.ts';
import {Reader} from '../source/reader.ts';
import {sizeOf} from '../source/size.ts';
import {Steps} from '../steps.ts';
import type {Strategy} from './strategy.ts';

/**
 * A child process copies the files, while this thread keeps a read transaction open that makes them one state. A process
 * of its own, because closing a database file drops all locks that SQLite holds on it in the same process.
 *
 * @see https://sqlite.org/howtocorrupt.html#posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export const clone: Strategy = {
	name: 'clone',
	async copy(source, staging, job) {
		const {file} = source;
		if (file === undefined) throw new Error('A database in memory has no file to clone');
		if (!isOnLocalDisk(file.path)) throw new Error('The source is not on a disk that is known to be local');
		// Before the source is locked, since a process takes its time to start.
		if (!(await readyChild(job))) throw new Error('No process can be started');

		const reader = new Reader(source, job, true);
		try {
			// First the pin, then everything else: what is looked at before it may be of another state.
			reader.begin();
			reader.watchWal();
			const {pages, pageSize} = sizeOf(source);
			if (isWasteful(file, pages * pageSize)) throw new Error('The file is much larger than the database in it');
			const steps = new Steps(job, pages, pageSize);
			const order = {source: file.path, mark: markOf(file.identity), staging};
			const reply = await askChild('clone', order, job, {
				onNews: (news) => {
					if (news.type === 'copying') {
						steps.reached(Math.floor(news.bytes / pageSize));
					} else {
						// The names must still lead to the files that were locked and copied.
						try {
							assertUnmoved(source);
						} finally {
							// Here, too, before a flush is waited for.
							reader.end();
						}
					}
				},
				onLook: () => {
					try {
						reader.watchWal();
					} catch (error) {
						// At once: the child that is killed now may have a flush to come to the end of.
						reader.end();
						throw error;
					}
				},
			});
			if (reply.type !== 'answer') throw new Error('The process that cloned the source did not live');
			const {answer} = reply;
			if (answer.type === 'unsuited') throw new Error(answer.reason);
			if (answer.type === 'unwritable') {
				// What has shrunk and was not cut yet may fit in page by page.
				if (pages * pageSize < Number(file.size)) throw toError(answer);
				throw targetError(job.request.target.path, toError(answer));
			}

			// Whoever has written meanwhile may have added to it.
			steps.complete(answer.pages);
			return {pages: answer.pages, pageSize: answer.pageSize};
		} finally {
			reader.end();
		}
	},
};

/** Bytes of a file beyond its database that do no harm. */
const MOST_WASTE = 16 * 1024 * 1024;

/**
 * Whether most of a file is none of its database: one that has shrunk and was not cut off yet, or a sparse file of
 * terabytes, which is what SQLite makes of a database when it rolls back a damaged journal.
 */
function isWasteful({path}: SourceFile, bytes: number): boolean {
	return Number(statFile(path)?.size ?? 0n) > 2 * bytes + MOST_WASTE;
}
