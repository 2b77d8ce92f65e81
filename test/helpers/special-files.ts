import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, symlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';

/** Makes something that is no regular file, until the end of the test. */
export type MakeSpecial = (path: string, t: ExecutionContext) => void | Promise<void>;

/** What can stand where a database should be. Devices of one's own, because nothing may happen to the machine's. */
export const SPECIAL_FILES: Readonly<Record<string, MakeSpecial>> = {
	'a FIFO': (path) => {
		execFileSync('mkfifo', [path]);
	},
	'a socket': async (path, t) => {
		const server = createServer().listen(path);
		t.teardown(promisify(server.close.bind(server)));
		await once(server, 'listening');
	},
	'a directory': (path) => {
		mkdirSync(path);
	},
	'a link to itself': (path) => {
		symlinkSync(path, path);
	},
	...(process.getuid?.() === 0
		? {
				'/dev/null': (path: string) => {
					execFileSync('mknod', [path, 'c', '1', '3']);
				},
				'/dev/zero': (path: string) => {
					execFileSync('mknod', [path, 'c', '1', '5']);
				},
			}
		: {}),
};
