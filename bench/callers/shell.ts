import {openConnection} from '../sides/connections.js';
import {runCommand} from '../sides/run-command.js';
import type {Caller} from './caller.js';

/**
 * The `sqlite3` shell beside an application that uses better-sqlite3. It does not listen to Ctrl-C while it copies, so to
 * be stopped it is ended by SIGTERM.
 *
 * @param statement the shell's line that copies the database that is open
 */
export function shellCaller(statement: (target: string) => string): Caller {
	return {
		open(source) {
			const database = openConnection(source);
			return {
				async copy(target, {stop}) {
					const end = stop === undefined ? undefined : {signal: stop, by: 'SIGTERM' as const};
					await runCommand('sqlite3', ['-batch', '-bail', source, statement(target)], {end});
					return {};
				},
				close() {
					database.close();
				},
			};
		},
	};
}
