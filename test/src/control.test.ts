import {Worker} from 'node:worker_threads';
import test from 'ava';
import {Control} from '../../src/control.js';

test.serial('a cancelled job does not begin to publish', (t) => {
	const main = new Control();
	const worker = new Control(main.buffer);

	t.true(main.cancel());

	t.true(worker.cancelled);
	t.false(worker.beginPublishing());
	t.true(main.cancel(), 'again is as good as once');
});

test.serial('a job that publishes is not cancelled any more', (t) => {
	const main = new Control();
	const worker = new Control(main.buffer);

	t.true(worker.beginPublishing());

	t.false(main.cancel());
	t.false(worker.cancelled);
	t.true(worker.beginPublishing(), 'again is as good as once');
});

test.serial('a wait ends at once for what was there before it', (t) => {
	const main = new Control();
	const worker = new Control(main.buffer);
	main.acknowledge(3);

	worker.wait(Infinity, () => worker.acknowledged === 3);

	t.is(worker.acknowledged, 3);
});

test.serial('a wait ends when its time is over', (t) => {
	const control = new Control();
	const startedAt = performance.now();

	control.wait(50, () => false);

	t.true(performance.now() - startedAt >= 50);
});

test.serial('the count of reports wraps as a 32-bit integer', (t) => {
	const control = new Control();
	control.acknowledge(2 ** 31 - 1);

	control.acknowledge(2);

	t.is(control.acknowledged, -(2 ** 31) + 1);
});

for (const what of ['cancel', 'acknowledge'] as const) {
	test.serial(`a thread that waits is woken: ${what}`, async (t) => {
		const control = new Control();
		const thread = new Worker(new URL('../fixtures/waiter.ts', import.meta.url), {workerData: control.buffer});
		const woken = new Promise((resolve, reject) => {
			thread.once('error', reject);
			thread.on('message', (message) => {
				if (message !== 'waiting') resolve(message);
				else if (what === 'cancel') control.cancel();
				else control.acknowledge(1);
			});
		});

		t.deepEqual(await woken, {cancelled: what === 'cancel', acknowledged: what === 'cancel' ? 0 : 1});
	});
}
