import {fileURLToPath} from 'node:url';
import {openConnection} from '../sides/connections.js';
import {runCommand} from '../sides/run-command.js';
import type {Caller} from './caller.js';

const PROGRAM = fileURLToPath(new URL('cpython.py', import.meta.url));

/**
 * CPython's `sqlite3.Connection.backup()`, in a Python program beside an application that uses better-sqlite3. To be
 * stopped, by Ctrl-C, it is made in steps of a hundred pages; in a single step it does not hear of it.
 */
export const cpython: Caller = {
	async open(source) {
		// Not what stands for it on the path, which may be a script that takes its time to find it.
		const python = (await runCommand('python3', ['-c', 'import sys; print(sys.executable)'])).trim();
		const database = openConnection(source);
		return {
			async copy(target, {stop}) {
				const pages = stop === undefined ? -1 : 100;
				const end = stop === undefined ? undefined : {signal: stop, by: 'SIGINT' as const};
				const output = await runCommand(python, [PROGRAM, source, target, String(pages)], {end});
				return {blockedMs: Number(output)};
			},
			close() {
				database.close();
			},
		};
	},
};
