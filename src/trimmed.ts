/**
 * better-sqlite3 trims the names of files, and would open another file than the one that is meant, or make it. To be asked
 * also of where a link leads, which nobody has typed.
 */
export function isTrimmed(path: string): boolean {
	return path !== path.trimEnd();
}

/** Why such a file is refused, and what to do, in words for any message. */
export function explainTrimmed(path: string): string {
	return `the name ${JSON.stringify(path)} ends in white space, which better-sqlite3 trims, and would open another file. Rename the file`;
}
