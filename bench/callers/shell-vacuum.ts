import {vacuumLine} from '../sides/shell-vacuum.js';
import {shellCaller} from './shell.js';

/** `VACUUM INTO` in the `sqlite3` shell. */
export const shellVacuum = shellCaller(vacuumLine);
