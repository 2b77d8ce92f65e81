import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {BackupManager} from '../../src/index.js';
import {makeAccounts} from './database.js';
import {makeDirectory} from './directory.js';
import {findChecks, stillRunning} from './processes.js';

/** The child process of a manager's one thread, which stands still. */
export interface HeldChild {
	readonly pid: number;
	/** Lets it go on. */
	readonly release: () => void;
}

/**
 * Stops the child that a manager keeps, so that the next job that needs it is held where it has been told its task: a clone
 * under its lock on the source, with an empty staging file. For serial tests, as other children would be taken for it.
 */
export async function holdChild(t: ExecutionContext, manager: BackupManager): Promise<HeldChild> {
	const directory = makeDirectory(t);
	const source = join(directory, 'first.db');
	makeAccounts(source).close();
	const before = new Set(findChecks(process.pid));
	await manager.backup(source, join(directory, 'copy.db'), {strategy: 'clone'});
	const [pid, ...more] = findChecks(process.pid).filter((child) => !before.has(child));
	if (pid === undefined || more.length > 0) throw new Error('Expected one child, that of the one thread');
	process.kill(pid, 'SIGSTOP');
	const release = (): void => {
		if (stillRunning([pid]).length > 0) process.kill(pid, 'SIGCONT');
	};
	t.teardown(release);
	return {pid, release};
}
