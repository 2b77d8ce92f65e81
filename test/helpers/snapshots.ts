/** What the tests of `manager.snapshot()` share; `snapshot.test.ts` is about the option of that name. */
import {readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import type {BackupSource, SnapshotOptions} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {makeDirectory} from './directory.js';
import {makeTagged} from './tagged.js';

/** The tag of what a snapshot is to be of, and what every other database has. */
export const TAG = 7;
export const DECOY = 8;

/** From memory to memory, and by a file on the way. */
export const WAYS: readonly SnapshotOptions[] = [
	{},
	...STRATEGY_NAMES.map((strategy) => ({strategy})),
	{pages: 3},
	{verify: 'full'},
	{strategy: 'clone', verify: 'quick'},
];

export interface Made {
	readonly source: BackupSource;
	readonly options?: SnapshotOptions;
}

export interface Files {
	readonly directory: string;
	/** With the tag, and in rollback mode. */
	readonly app: string;
	/** Without it. */
	readonly decoy: string;
	/** Opens a handle that the test closes. */
	readonly open: (path: string) => Database.Database;
}

export function prepare(t: ExecutionContext): Files {
	const directory = makeDirectory(t);
	const [app, decoy] = [join(directory, 'app.db'), join(directory, 'decoy.db')];
	makeTagged(app, TAG);
	makeTagged(decoy, DECOY);
	const open = (path: string): Database.Database => {
		const handle = new Database(path);
		t.teardown(() => handle.close());
		return handle;
	};
	return {directory, app, decoy, open};
}

/** What this process has staged in the directory for temporary files. */
export function ownStaging(): string[] {
	return readdirSync(tmpdir()).filter(
		(name) => name.startsWith('.hotcopy-') && name.includes(`.${String(process.pid)}.`),
	);
}
