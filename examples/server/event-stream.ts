import {Readable} from 'node:stream';
import type {JobBook} from './job-book.js';
import type {JobView} from './job-view.js';

export interface ServerSentEvent {
	readonly event: string;
	readonly data: unknown;
	/** What a client sends as `Last-Event-ID` when it comes again. */
	readonly id?: string;
	/** Whether the stream ends with it. */
	readonly last?: boolean;
}

export interface EventStreamOptions {
	readonly book: JobBook;
	/** What is sent at once, so that a client that comes late knows where things stand. */
	readonly first: ServerSentEvent;
	/** The event for a change, if this stream is about that job. */
	readonly describe: (job: JobView) => ServerSentEvent | undefined;
	/** Ms between two signs of life: proxies take a connection that is silent for a minute for a dead one. */
	readonly heartbeat?: number;
}

/**
 * Changes of jobs as server-sent events. Of each job it keeps only the newest state that was not sent yet: a client that
 * reads slowly misses steps in between, costs no memory, and always learns how a job ends.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream extends Readable {
	readonly #news = new Map<string, ServerSentEvent>();
	readonly #heartbeat: NodeJS.Timeout;
	readonly #stop: () => void;
	#wanted = true;

	constructor({book, first, describe, heartbeat = 15_000}: EventStreamOptions) {
		// One event at a time is enough of a buffer.
		super({highWaterMark: 1});
		this.#stop = book.listen((job) => {
			const event = describe(job);
			if (event === undefined) return;
			this.#news.set(job.id, event);
			this.#sendNews();
		});
		this.#heartbeat = setInterval(() => {
			if (this.#wanted) this.#push(': still here\n\n');
		}, heartbeat).unref();
		this.#send(first);
	}

	/** Ends the stream with what was sent. */
	end(): void {
		this.#forget();
		this.#push(null);
	}

	override _read(): void {
		this.#wanted = true;
		this.#sendNews();
	}

	/** At the end of the stream, and when its client goes away: Fastify destroys it then. */
	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#forget();
		done(error);
	}

	#forget(): void {
		clearInterval(this.#heartbeat);
		this.#stop();
		this.#news.clear();
	}

	#sendNews(): void {
		for (const [id, event] of this.#news) {
			if (!this.#wanted) return;
			this.#news.delete(id);
			this.#send(event);
		}
	}

	#send(event: ServerSentEvent): void {
		this.#push(encode(event));
		if (event.last === true) this.end();
	}

	/** @param text null ends the stream */
	#push(text: string | null): void {
		this.#wanted = this.push(text);
	}
}

function encode({event, data, id}: ServerSentEvent): string {
	// JSON has no line breaks, which would end the field.
	const lines = [...(id === undefined ? [] : [`id: ${id}`]), `event: ${event}`, `data: ${JSON.stringify(data)}`];
	return `${lines.join('\n')}\n\n`;
}
