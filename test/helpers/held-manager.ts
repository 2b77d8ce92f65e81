import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {BackupManager} from '../../src/index.js';
import {openElsewhere, type Holder} from './connection.js';
import type {AccountsOptions} from './database.js';
import {makeDirectory} from './directory.js';
import {prepareHold, type Hold} from './hold.js';
import {preloadChildren} from './preload-children.js';
import {makeTagged} from './tagged.js';

/** A manager that clones in one child process, which can be stopped, and a source that another process writes to. */
export interface HeldManager {
	readonly manager: BackupManager;
	readonly hold: Hold;
	readonly source: string;
	/** Nothing else is in its directory. */
	readonly target: string;
	/** Waits for no lock. */
	readonly writer: Holder;
}

export async function makeHeldManager(t: ExecutionContext, options: AccountsOptions): Promise<HeldManager> {
	const [orders, sources, targets] = [makeDirectory(t), makeDirectory(t), join(makeDirectory(t), 'targets')];
	mkdirSync(targets);
	const source = join(sources, 'app.db');
	makeTagged(source, 0, {accounts: 250, ...options});
	const writer = await openElsewhere(t, source);
	await writer.run('PRAGMA busy_timeout = 0');
	const hold = prepareHold(orders);
	const threads = preloadChildren(orders, 'preload-hold.ts', hold.env);
	const manager = new BackupManager({...threads, maxThreads: 1, idleTimeout: Infinity, defaults: {strategy: 'clone'}});
	t.teardown(async () => {
		hold.release();
		await manager.destroy();
	});
	return {manager, hold, source, target: join(targets, 'copy.db'), writer};
}
