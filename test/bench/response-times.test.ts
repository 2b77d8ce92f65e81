import test from 'ava';
import {ResponseTimes} from '../../bench/harness/response-times.js';

/** A thousand responses of 1 ms, and one of a second. */
function record(interval: number): ResponseTimes {
	const times = new ResponseTimes(interval);
	for (let index = 0; index < 1000; index++) times.record(1);
	times.record(1000);
	return times;
}

test.serial('a wait counts for the requests that were not sent because of it', (t) => {
	const times = record(1);
	// Half of all 2,000 would have been sent in that second, evenly, so each waited for what was left of it.
	t.true(Math.abs(times.percentile(75) - 500) < 5, String(times.percentile(75)));
	t.true(Math.abs(times.percentile(99) - 980) < 10, String(times.percentile(99)));
	t.true(Math.abs(times.longest - 1000) < 10, String(times.longest));
});

test.serial('without an interval each response counts once', (t) => {
	const times = record(Infinity);
	t.true(Math.abs(times.percentile(99) - 1) < 0.01, String(times.percentile(99)));
	t.true(Math.abs(times.longest - 1000) < 10, String(times.longest));
});
