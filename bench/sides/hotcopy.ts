import {BackupManager} from '../harness/package.js';
import {targetOf} from './batch.js';
import {application, betterSqlite3Version} from './connections.js';
import type {Side} from './side.js';

/** sqlite-hotcopy, through its public API. Its copies are flushed, file and directory, when their promises are fulfilled. */
export const hotcopy: Side = {
	version: betterSqlite3Version,

	start({concurrency, strategy = 'auto', fresh = false}) {
		// Its threads live as long as the peers' processes, which stay between the rounds as well.
		const makeManager = () => new BackupManager({maxThreads: concurrency, idleTimeout: Infinity, defaults: {strategy}});
		let manager = makeManager();
		const app = application(async (connections, directory) => {
			const results = await Promise.all(
				[...connections.keys()].map(async (source) => manager.backup(source, targetOf(source, directory))),
			);
			return {strategies: [...new Set(results.map((result) => result.strategy))]};
		});
		return {
			...app,
			async open(sources) {
				if (fresh) {
					await manager.close();
					manager = makeManager();
				}

				await app.open(sources);
			},
		};
	},
};
