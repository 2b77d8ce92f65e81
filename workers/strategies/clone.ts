import {askChild, readyChild} from '../child.ts';
import {isOnLocalDisk} from '../clone/local-disk.ts';
import {targetError, toError} from '../failures.ts';
import {markOf} from '../identity.ts';
import {assertUnmoved} from '../source/open.ts';
import {Reader} from '../source/reader.ts';
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
			const pageSize = Number(source.connection.pragma('main.page_size', {simple: true}));
			const steps = new Steps(job, Math.ceil(Number(file.size) / pageSize), pageSize);
			const order = {source: file.path, mark: markOf(file.identity), staging};
			const reply = await askChild('clone', order, job, {
				onNews: (news) => {
					if (news.type === 'copying') {
						steps.reached(Math.floor(news.bytes / pageSize));
					} else {
						// The names must still lead to the files that were locked and copied.
						assertUnmoved(source);
						reader.end();
					}
				},
				onLook: () => {
					reader.watchWal();
				},
			});
			if (reply.type !== 'answer') throw new Error('The process that cloned the source did not live');
			const {answer} = reply;
			if (answer.type === 'unsuited') throw new Error(answer.reason);
			if (answer.type === 'unwritable') throw targetError(job.request.target.path, toError(answer));
			return {pages: answer.pages, pageSize: answer.pageSize};
		} finally {
			reader.end();
		}
	},
};
