import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import test from 'ava';

/** Starting with the look that tells whether there is room to send, up to one in the middle of the wait. */
const LOOKS = [1, 2, 3, 4, 5];

/** Long enough for any thread that is not asleep for ever. */
const DEADLINE = 30_000;

for (const looks of LOOKS) {
	test.serial(`an acknowledgement that comes right after look ${String(looks)} ends a flush`, async (t) => {
		const thread = new Worker(new URL('../fixtures/flush.ts', import.meta.url), {workerData: looks});
		t.teardown(async () => {
			await thread.terminate();
		});

		const signal = AbortSignal.timeout(DEADLINE);
		await t.notThrowsAsync(once(thread, 'message', {signal}), 'asleep for ever');
	});
}
