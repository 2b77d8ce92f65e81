import {constants, openSync} from 'node:fs';

/**
 * Opens a file to be written from its beginning. It is not made anew: an aborted job has removed its staging file, and
 * what a child process then made, nobody would remove again.
 */
export function openEmptied(path: string, flags = 0): number {
	return openSync(path, constants.O_WRONLY | constants.O_TRUNC | flags);
}
