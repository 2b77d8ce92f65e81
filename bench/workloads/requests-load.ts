/** The process that asks the server, over connections that each send a request when the last one is answered. */
import {createHistogram} from 'node:perf_hooks';
import autocannon from 'autocannon';
import {serve} from '../harness/serve.js';

export interface Load {
	readonly connections: number;
	readonly seconds: number;
	/**
	 * Milliseconds after which a connection would have sent its next request, had it not been kept waiting. A longer answer
	 * also counts for the requests that were not sent because of it, as HdrHistogram corrects for coordinated omission.
	 * Otherwise a second without any answer would be one slow request among thousands of fast ones.
	 *
	 * @see https://github.com/HdrHistogram/HdrHistogram#corrected-vs-raw-value-recording-calls
	 */
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

const NANOSECONDS = 1e6;

serve<LoadMethods>({
	async run(url, {connections, seconds, interval}) {
		const times = createHistogram();
		const load = autocannon({url, connections, duration: seconds});
		load.on('response', (_client, _statusCode, _bytes, ms) => {
			for (let rest = ms; rest === ms || rest >= interval; rest -= interval) {
				times.record(Math.max(1, Math.round(rest * NANOSECONDS)));
			}
		});
		const {errors, timeouts, non2xx, duration, requests} = await load;
		const bad = errors + timeouts + non2xx;
		if (bad > 0) throw new Error(`${String(bad)} of ${String(requests.total)} requests failed`);
		const percentile = (percent: number): number => times.percentile(percent) / NANOSECONDS;
		return {
			perSecond: requests.total / duration,
			p50: percentile(50),
			p99: percentile(99),
			p999: percentile(99.9),
			longest: times.max / NANOSECONDS,
		};
	},
});
