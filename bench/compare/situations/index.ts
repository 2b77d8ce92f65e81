import type {Situation} from '../situation.js';
import {aborted} from './aborted.js';
import {busyTarget} from './busy-target.js';
import {busyWriter} from './busy-writer.js';
import {killed, killedOverOld} from './killed.js';
import {lockedSource} from './locked-source.js';
import {mainThread} from './main-thread.js';

/** In the order of the table's rows. */
export const SITUATIONS: readonly Situation[] = [
	lockedSource,
	busyTarget,
	busyWriter,
	killed,
	killedOverOld,
	aborted,
	mainThread,
];
