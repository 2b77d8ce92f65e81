/** Requests as they come from an iterable of either kind. */
export class RequestSource<Request> {
	readonly #requests: Iterable<Request> | AsyncIterable<Request>;
	#iterator: Iterator<Request> | AsyncIterator<Request> | undefined;
	#pending = false;

	constructor(requests: Iterable<Request> | AsyncIterable<Request>) {
		this.#requests = requests;
	}

	/** @throws what the iterable throws, which is then at its end */
	async next(): Promise<IteratorResult<Request, unknown>> {
		this.#iterator ??= iterate(this.#requests);
		this.#pending = true;
		try {
			const next = await this.#iterator.next();
			if (next.done === true) {
				this.#iterator = undefined;
				return next;
			}

			// As `for await` does it: promises in an array stand for what they resolve to.
			return Symbol.asyncIterator in this.#requests ? next : {done: false, value: await next.value};
		} catch (error) {
			this.#iterator = undefined;
			throw error;
		} finally {
			this.#pending = false;
		}
	}

	/** Tells an iterable that is not at its end that no more is wanted of it. */
	async close(): Promise<void> {
		const closed = this.#iterator?.return?.();
		this.#iterator = undefined;
		// A generator in the middle of its next request answers when it has that one, which may be never.
		if (this.#pending) Promise.resolve(closed).catch(() => undefined);
		else await closed;
	}
}

function iterate<Request>(
	requests: Iterable<Request> | AsyncIterable<Request>,
): Iterator<Request, unknown> | AsyncIterator<Request, unknown> {
	return Symbol.asyncIterator in requests ? requests[Symbol.asyncIterator]() : requests[Symbol.iterator]();
}
