/** The process that asks the server. */
import autocannon from 'autocannon';
import {ResponseTimes} from '../harness/response-times.js';
import {serve} from '../harness/serve.js';
import {sendEvenly} from './requests-paced.js';

/** Over connections that each send a request when the last one is answered, or at a pace of its own. */
export type Asking = {readonly connections: number} | {readonly perSecond: number};

export interface Load {
	readonly asking: Asking;
	readonly seconds: number;
	/** Milliseconds after which a connection would have sent its next request, had it not been kept waiting. */
	readonly interval: number;
}

/** Times in ms. */
export interface Answers {
	readonly perSecond: number;
	readonly p50: number;
	readonly p99: number;
	readonly p999: number;
	readonly longest: number;
}

export interface LoadMethods {
	/** @throws Error when not all requests were answered well */
	run(url: string, load: Load): Promise<Answers>;
}

serve<LoadMethods>({
	async run(url, {asking, seconds, interval}) {
		// At a pace of its own, each request counts from when it was due: nothing is left to correct.
		const times = new ResponseTimes('perSecond' in asking ? Infinity : interval);
		const perSecond =
			'perSecond' in asking
				? await atPace(url, asking.perSecond, seconds, times)
				: await overConnections(url, asking.connections, seconds, times);
		return {
			perSecond,
			p50: times.percentile(50),
			p99: times.percentile(99),
			p999: times.percentile(99.9),
			longest: times.longest,
		};
	},
});

async function atPace(url: string, perSecond: number, seconds: number, times: ResponseTimes): Promise<number> {
	const start = performance.now();
	const count = await sendEvenly(url, {perSecond, seconds}, (ms) => {
		times.record(ms);
	});
	return (count * 1000) / (performance.now() - start);
}

async function overConnections(
	url: string,
	connections: number,
	seconds: number,
	times: ResponseTimes,
): Promise<number> {
	const load = autocannon({url, connections, duration: seconds});
	load.on('response', (_client, _statusCode, _bytes, ms) => {
		times.record(ms);
	});
	const {errors, timeouts, non2xx, duration, requests} = await load;
	const bad = errors + timeouts + non2xx;
	if (bad > 0) throw new Error(`${String(bad)} of ${String(requests.total)} requests failed`);
	return requests.total / duration;
}
