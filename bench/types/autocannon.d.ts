/** What the bench uses of `autocannon`, so that types are checked also where it is not installed. */
declare module 'autocannon' {
	interface Options {
		readonly url: string;
		readonly connections: number;
		/** Seconds. */
		readonly duration: number;
	}

	interface Result {
		readonly errors: number;
		readonly timeouts: number;
		readonly non2xx: number;
		/** Seconds. */
		readonly duration: number;
		readonly requests: {readonly total: number};
	}

	interface Instance extends PromiseLike<Result> {
		on(
			event: 'response',
			listener: (client: unknown, statusCode: number, bytes: number, milliseconds: number) => void,
		): this;
	}

	export default function autocannon(options: Options): Instance;
}
