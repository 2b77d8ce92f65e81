import {setTimeout as sleep} from 'node:timers/promises';
import {BackupError} from '../../errors.ts';
import type {VerifyDepth} from '../../options.ts';
import {askChild, type Client} from '../../../workers/child.ts';
import {hasNewWal, type FinishedFile} from './finished-file.ts';
import {judge} from './judge.ts';

/** Milliseconds for a killed process to let go of the database, and between two looks at whether it has. */
const RELEASE_TIME = 1000;
const LOOK_INTERVAL = 20;

/**
 * Has a database checked in a process of its own, which a signal kills, whatever SQLite is doing.
 *
 * @throws `BackupError` as `judge`; ERR_BACKUP_WORKER when no process can be started; the reason of the signal
 */
export async function checkFile(file: FinishedFile, depth: VerifyDepth, signal: AbortSignal): Promise<void> {
	const {name, path} = file;
	try {
		const reply = await askChild('verify', {path, depth}, clientFor(signal));
		switch (reply.type) {
			case 'answer':
				await judge(file, depth, reply.answer);
				break;
			case 'unavailable':
				throw new BackupError(
					'ERR_BACKUP_WORKER',
					`No process could be started to check ${name}. Check the limits of processes and open files (ulimit -u, ulimit -n).`,
				);
			case 'died':
				throw new BackupError(
					'ERR_BACKUP_VERIFY',
					`The process that checked ${name} died (${reply.how}). Either somebody killed it, or the database is damaged in ` +
						'a way that SQLite does not survive. Check it again, or use another copy.',
				);
		}
	} finally {
		await tidyUp(file);
	}
}

/**
 * A check that is killed leaves an empty `-wal` beside a database in WAL mode. SQLite takes it away, because nobody else can
 * know that no connection has come to use it.
 */
async function tidyUp(file: FinishedFile): Promise<void> {
	const end = performance.now() + RELEASE_TIME;
	const client = clientFor(new AbortController().signal);
	while ((await hasNewWal(file)) && performance.now() < end) {
		await askChild('verify', {path: file.path, depth: 'none'}, client);
		await sleep(LOOK_INTERVAL);
	}
}

function clientFor(signal: AbortSignal): Client {
	return {
		control: {
			get cancelled() {
				return signal.aborted;
			},
		},
		patience: {
			throwIfCancelled: () => {
				signal.throwIfAborted();
			},
		},
		// Nobody has to kill the child for this thread: with it, the whole command ends.
		reporter: {post: () => undefined},
	};
}
