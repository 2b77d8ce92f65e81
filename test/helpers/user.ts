import {spawnSync} from 'node:child_process';
import {chownSync, existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {withSidecars} from '../../src/sidecars.js';

/** A user whom permissions keep out, as they do not keep out root. */
export interface User {
	/** Undefined where it is the user who runs the tests. */
	readonly ids: {readonly uid: number; readonly gid: number} | undefined;
	/** Makes a directory, or a database and its sidecars, the user's own. */
	readonly give: (path: string) => void;
}

/** `nobody` on Linux. */
const NOBODY = {uid: 65534, gid: 65534};

/** Undefined where there is no such user: root may be unable to become one, or that one to read what it is to run. */
export function findUser(): User | undefined {
	if (process.getuid === undefined) return undefined;
	if (process.getuid() !== 0) return {ids: undefined, give: () => undefined};
	const needed = [new URL('../../src/index.ts', import.meta.url).href, import.meta.resolve('better-sqlite3')].map(
		(url) => fileURLToPath(url),
	);
	const look = 'for (const file of process.argv.slice(1)) fs.accessSync(file, fs.constants.R_OK)';
	const {status} = spawnSync(process.execPath, ['-e', look, ...needed], {...NOBODY, cwd: '/'});
	if (status !== 0) return undefined;
	return {
		ids: NOBODY,
		give: (path) => {
			for (const file of withSidecars(path).filter((name) => existsSync(name))) {
				chownSync(file, NOBODY.uid, NOBODY.gid);
			}
		},
	};
}
