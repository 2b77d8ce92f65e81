/** The command line asks for something that cannot be: nothing was started. */
export class UsageError extends Error {
	readonly code = 'ERR_USAGE';
	override readonly name = 'UsageError';
}
