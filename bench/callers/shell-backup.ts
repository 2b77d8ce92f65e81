import {backupLine} from '../sides/shell-backup.js';
import {shellCaller} from './shell.js';

/** The `.backup` of the `sqlite3` shell, a hundred pages a step. */
export const shellBackup = shellCaller(backupLine);
