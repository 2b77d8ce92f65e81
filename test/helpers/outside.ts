import {spawnSync} from 'node:child_process';
import type {ExecutionContext} from 'ava';
import {withSidecars} from '../../src/sidecars.js';
import {startChild} from './child.js';

/** A database file or a sidecar, as another process sees it. */
export interface Observed {
	readonly path: string;
	/** Undefined for a `-shm`: it is an index of the WAL, in which readers mark their place. */
	readonly hash: string | undefined;
	readonly size: number;
}

/**
 * Looks at databases from another process, also while they are open here: reading such a file in this process would drop
 * its locks.
 */
export type Observe = (path: string) => Promise<readonly Observed[]>;

export async function startObserver(t: ExecutionContext): Promise<Observe> {
	const child = startChild(t, 'observer.ts', []);
	await child.receive();
	return async (path) => {
		child.send(withSidecars(path));
		const observed = (await child.receive()) as readonly Observed[];
		return observed.map((file) => (file.path.endsWith('-shm') ? {...file, hash: undefined} : file));
	};
}

const EXECUTE = `
const Database = require('better-sqlite3');
const [path, sql] = process.argv.slice(1);
const database = new Database(path, {timeout: 20_000});
database.exec(sql);
database.close();
`;

/** Another process opens a database, runs SQL and closes it, while this thread stands still. */
export function executeOutside(path: string, sql: string): void {
	const options = {encoding: 'utf8', cwd: import.meta.dirname} as const;
	const {status, stderr} = spawnSync(process.execPath, ['--eval', EXECUTE, '--', path, sql], options);
	if (status !== 0) throw new Error(stderr);
}
