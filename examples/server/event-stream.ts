import {Readable} from 'node:stream';
import type {JobBook} from './job-book.js';
import type {JobView} from './job-view.js';

/** Between two signs of life, in ms: proxies take a connection that is silent for a minute for a dead one. */
const HEARTBEAT = 15_000;

export interface ServerSentEvent {
	readonly event: string;
	readonly data: unknown;
	/** What a client sends as `Last-Event-ID` when it comes again. */
	readonly id?: string;
}

export interface EventStreamOptions {
	readonly book: JobBook;
	/** What is sent at once, so that a client that comes late knows where things stand. */
	readonly first: ServerSentEvent;
	/** The event for a change, if this stream is about that job. */
	readonly describe: (job: JobView) => ServerSentEvent | undefined;
	/** Whether the stream ends with this job's event. */
	readonly isLast?: (job: JobView) => boolean;
}

/**
 * Changes of jobs as server-sent events. Of each job it keeps only the newest state that was not sent yet: a client that
 * reads slowly misses steps in between, costs no memory, and always learns how a job ends.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream extends Readable {
	readonly #options: EventStreamOptions;
	readonly #news = new Map<string, JobView>();
	readonly #heartbeat: NodeJS.Timeout;
	readonly #stop: () => void;
	#wanted = true;

	constructor(options: EventStreamOptions) {
		// One event at a time is enough of a buffer.
		super({highWaterMark: 1});
		this.#options = options;
		this.#send(encodeEvent(options.first));
		this.#stop = options.book.listen((job) => {
			if (options.describe(job) !== undefined) this.#news.set(job.id, job);
			this.#sendNews();
		});
		this.#heartbeat = setInterval(() => {
			if (this.#wanted) this.#send(': still here\n\n');
		}, HEARTBEAT).unref();
	}

	/** Ends the stream with what was sent. */
	end(): void {
		this.#forget();
		this.push(null);
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
		for (const [id, job] of this.#news) {
			if (!this.#wanted) return;
			this.#news.delete(id);
			const event = this.#options.describe(job);
			if (event !== undefined) this.#send(encodeEvent(event));
			if (this.#options.isLast?.(job) === true) {
				this.end();
				return;
			}
		}
	}

	#send(text: string): void {
		this.#wanted = this.push(text);
	}
}

export function encodeEvent({event, data, id}: ServerSentEvent): string {
	// JSON has no line breaks, which would end the field.
	const lines = [...(id === undefined ? [] : [`id: ${id}`]), `event: ${event}`, `data: ${JSON.stringify(data)}`];
	return `${lines.join('\n')}\n\n`;
}
