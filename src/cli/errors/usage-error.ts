/** The command line asks for something that cannot be: nothing was started. */
export class UsageError extends Error {
	readonly code = 'ERR_USAGE';
	override readonly name = 'UsageError';
}

/**
 * What went wrong before anything was done, as an error of the command line: the library throws these kinds for a value that
 * it does not take. Later on, they would be a defect of ours.
 */
export function asUsageError(error: unknown): unknown {
	const isWrongArgument = error instanceof TypeError || error instanceof RangeError;
	return isWrongArgument ? new UsageError(error.message, {cause: error}) : error;
}

/** What an action returns that comes before anything is done. @throws what it throws, by `asUsageError` */
export function orUsageError<T>(action: () => T): T {
	try {
		return action();
	} catch (error) {
		throw asUsageError(error);
	}
}
