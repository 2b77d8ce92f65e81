import type {FastifyReply} from 'fastify';
import {EventStream, type EventStreamOptions} from './event-stream.js';
import {HttpError} from './errors.js';

/** The event streams that are open. */
export class Streams {
	readonly #limit: number;
	readonly #open = new Set<EventStream>();

	/** @param limit how many may be open at a time */
	constructor(limit: number) {
		this.#limit = limit;
	}

	/** Answers with a stream. */
	send(reply: FastifyReply, options: EventStreamOptions): FastifyReply {
		if (this.#open.size >= this.#limit) {
			throw new HttpError(503, `There are ${String(this.#limit)} event streams already. Try again later.`);
		}

		const stream = new EventStream(options);
		this.#open.add(stream);
		stream.once('close', () => this.#open.delete(stream));
		// The last one is for nginx, which else keeps events back until it has a bufferful.
		return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(stream);
	}

	/** Ends all of them. */
	end(): void {
		for (const stream of this.#open) stream.end();
	}
}
