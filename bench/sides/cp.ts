import {shares, targetOf} from './batch.js';
import {application} from './connections.js';
import {runCommand} from './run-command.js';
import type {Side} from './side.js';

/**
 * `cp` and `sync` of coreutils: as fast as the file system copies. UNSAFE on a live database, since nothing keeps a
 * writer or a checkpoint out while it reads, and the WAL is left behind. It is here as the limit of what can be reached.
 */
export const cp: Side = {
	async version() {
		const [line = ''] = (await runCommand('cp', ['--version'])).split('\n');
		return line;
	},

	start: ({concurrency}) =>
		application(async (connections, directory) => {
			await Promise.all(
				shares([...connections.keys()], concurrency).map(async (share) => {
					await runCommand('cp', ['--target-directory', directory, '--', ...share]);
					// With names, `sync` flushes these alone, each by fsync(2).
					await runCommand('sync', ['--', ...share.map((source) => targetOf(source, directory)), directory]);
				}),
			);
			return {};
		}),
};
