/** The process that asks the server, over connections that each send a request when the last one is answered. */
import autocannon from 'autocannon';
import {ResponseTimes} from '../harness/response-times.js';
import {serve} from '../harness/serve.js';

export interface Load {
	readonly connections: number;
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
	async run(url, {connections, seconds, interval}) {
		const times = new ResponseTimes(interval);
		const load = autocannon({url, connections, duration: seconds});
		load.on('response', (_client, _statusCode, _bytes, ms) => {
			times.record(ms);
		});
		const {errors, timeouts, non2xx, duration, requests} = await load;
		const bad = errors + timeouts + non2xx;
		if (bad > 0) throw new Error(`${String(bad)} of ${String(requests.total)} requests failed`);
		return {
			perSecond: requests.total / duration,
			p50: times.percentile(50),
			p99: times.percentile(99),
			p999: times.percentile(99.9),
			longest: times.longest,
		};
	},
});
