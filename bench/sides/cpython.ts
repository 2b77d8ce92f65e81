import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {runCommand} from './run-command.js';
import type {Side} from './side.js';

const PROGRAM = fileURLToPath(new URL('cpython.py', import.meta.url));
const VERSION =
	'import platform, sqlite3; print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")';

/** CPython's `sqlite3.Connection.backup()`, in threads of a Python process, which has the connections. */
export const cpython: Side = {
	async version() {
		return (await runCommand('python3', ['-c', VERSION])).trim();
	},

	async start({concurrency}) {
		const child = spawn('python3', [PROGRAM], {stdio: ['pipe', 'pipe', 'inherit']});
		const lines = createInterface(child.stdout);
		await once(child, 'spawn');

		async function call(...request: readonly unknown[]): Promise<void> {
			const answer = Promise.race([
				once(lines, 'line'),
				once(lines, 'close').then(() => Promise.reject(new Error('python3 ended'))),
			]);
			child.stdin.write(`${JSON.stringify(request)}\n`);
			const [line] = (await answer) as [string];
			// Only our own program writes to this pipe: null, or what went wrong.
			const error = JSON.parse(line) as string | null;
			if (error !== null) throw new Error(error);
		}

		return {
			open: async (sources) => call('open', sources),
			async copy(directory) {
				await call('copy', directory, concurrency);
				return {};
			},
			close: async () => call('close'),
		};
	},
};
