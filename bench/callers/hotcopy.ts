import {BackupManager} from '../harness/package.js';
import {openConnection} from '../sides/connections.js';
import type {Caller} from './caller.js';

const EVENTS = ['queued', 'active', 'progress', 'completed', 'failed', 'aborted'] as const;

/** sqlite-hotcopy, with a manager that the application keeps. */
export const hotcopy: Caller = {
	open(source, {strategy = 'auto', listening = false}) {
		const database = openConnection(source);
		const manager = new BackupManager({idleTimeout: Infinity, defaults: {strategy}});
		if (listening) for (const event of EVENTS) manager.on(event, () => undefined);
		return {
			async copy(target, {stop, onRestarts}) {
				const {restarts} = await manager.backup(source, target, {signal: stop});
				onRestarts(restarts);
				return {};
			},
			async close() {
				await manager.destroy();
				database.close();
			},
		};
	},
};
