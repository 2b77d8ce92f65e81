import type {ExecutionContext} from 'ava';
import {EventSourceParserStream, type EventSourceMessage} from 'eventsource-parser/stream';
import type {JobView} from '../../examples/server/job-view.js';

/** An event of a stream that is about one job. */
export interface JobEvent {
	readonly id: string | undefined;
	readonly event: string | undefined;
	readonly job: JobView;
}

export interface EventReader {
	readonly status: number;
	readonly headers: Headers;
	/** The next event; undefined at the end of the stream. */
	readonly next: () => Promise<JobEvent | undefined>;
	/** All that are still to come. */
	readonly rest: () => Promise<JobEvent[]>;
	/** Goes away in the middle. */
	readonly leave: () => void;
}

/** Reads a job's events as a client does, which leaves at the end of the test at the latest. */
export async function readEvents(
	t: ExecutionContext,
	url: string,
	headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
	const controller = new AbortController();
	t.teardown(() => {
		controller.abort();
	});
	const response = await fetch(url, {headers, signal: controller.signal});
	const body = response.body ?? new ReadableStream<Uint8Array>();
	const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
	const next = async (): Promise<JobEvent | undefined> => {
		const {done, value} = await events.read();
		return done ? undefined : read(value);
	};
	return {
		status: response.status,
		headers: response.headers,
		next,
		async rest() {
			const rest: JobEvent[] = [];
			for (let event = await next(); event !== undefined; event = await next()) rest.push(event);
			return rest;
		},
		leave() {
			controller.abort();
		},
	};
}

function read({id, event, data}: EventSourceMessage): JobEvent {
	return {id, event, job: JSON.parse(data) as JobView};
}
