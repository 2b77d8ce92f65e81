import {flushDirectory, shares, targetOf} from './batch.js';
import {application} from './connections.js';
import {runCommand} from './run-command.js';
import type {Side} from './side.js';

/** The first error ends it, and nobody's settings change it. */
const OPTIONS = ['-batch', '-bail', '-init', '/dev/null'];

/**
 * The `sqlite3` shell beside an application that uses better-sqlite3. Each process is given its share of the databases as
 * a script, so that 500 copies do not cost 500 starts.
 *
 * @param statement the shell's line that copies the database that is open
 */
export function shellSide(statement: (target: string) => string): Side {
	return {
		async version() {
			const [version = ''] = (await runCommand('sqlite3', ['--version'])).split(' ');
			return `SQLite ${version}`;
		},

		start: ({concurrency}) =>
			application(async (connections, directory) => {
				const script = (source: string): string =>
					`.open ${JSON.stringify(source)}\n${statement(targetOf(source, directory))}\n`;
				await Promise.all(
					shares([...connections.keys()], concurrency).map(async (share) =>
						runCommand('sqlite3', OPTIONS, {input: share.map(script).join('')}),
					),
				);
				await flushDirectory(directory);
				return {};
			}),
	};
}
