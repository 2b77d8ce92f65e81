/**
 * The SQLite status codes that a `progress` callback is given.
 *
 * @see https://sqlite.org/rescode.html
 */

/** A step copied its pages, and there are more. */
export const SQLITE_OK = 0;
/** Another connection holds a lock that the step needs; it is tried again after `sleep` seconds. */
export const SQLITE_BUSY = 5;
/** A lock inside the same process stands in the way; it is tried again after `sleep` seconds. */
export const SQLITE_LOCKED = 6;
/** The last page was copied: the final report, with `remaining` 0. */
export const SQLITE_DONE = 101;

/** What a `progress` callback gets as its first argument. */
export type ProgressStatus = typeof SQLITE_OK | typeof SQLITE_BUSY | typeof SQLITE_LOCKED | typeof SQLITE_DONE;
