import {shellSide} from './shell.js';

/** `VACUUM INTO` in the `sqlite3` shell: the copy is built anew and compacted, so its pages are not the source's. */
export const shellVacuum = shellSide(vacuumLine);

export function vacuumLine(target: string): string {
	return `VACUUM INTO '${target.replaceAll("'", "''")}';`;
}
