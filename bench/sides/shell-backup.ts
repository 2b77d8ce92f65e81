import {shellSide} from './shell.js';

/** The `.backup` of the `sqlite3` shell. */
export const shellBackup = shellSide((target) => `.backup ${JSON.stringify(target)}`);
