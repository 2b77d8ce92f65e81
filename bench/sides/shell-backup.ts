import {shellSide} from './shell.js';

/** The `.backup` of the `sqlite3` shell. */
export const shellBackup = shellSide(backupLine);

export function backupLine(target: string): string {
	return `.backup ${JSON.stringify(target)}`;
}
