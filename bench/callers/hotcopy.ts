import {BackupManager} from '../harness/package.js';
import {openConnection} from '../sides/connections.js';
import type {Caller} from './caller.js';

const EVENTS = ['queued', 'active', 'progress', 'completed', 'failed', 'aborted'] as const;

/** sqlite-hotcopy, with a manager that the application keeps. */
export const hotcopy: Caller = {
	open(source, {strategy = 'auto', listening = false, reportedPages}) {
		const database = openConnection(source);
		const steps = reportedPages === undefined ? {} : {pages: reportedPages, progress: () => undefined};
		const manager = new BackupManager({idleTimeout: Infinity, defaults: {strategy, ...steps}});
		if (listening) for (const event of EVENTS) manager.on(event, () => undefined);
		return {
			async copy(target, {stop, onSetbacks}) {
				const {restarts, busyRetries, strategy: taken} = await manager.backup(source, target, {signal: stop});
				onSetbacks(restarts + busyRetries);
				return {strategy: taken};
			},
			async close() {
				await manager.destroy();
				database.close();
			},
		};
	},
};
