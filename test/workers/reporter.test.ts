import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import test, {type ExecutionContext} from 'ava';
import {SQLITE_BUSY, SQLITE_DONE, SQLITE_LOCKED, SQLITE_OK, type ProgressStatus} from '../../src/constants.js';
import type {WorkerMessage} from '../../src/protocol.js';
import {Cancelled} from '../../workers/failures.js';
import {callsOfRuns, makeReporter, stepsOf, ticksOf, type ReporterScene} from '../helpers/reporter.js';

/** How many reports may be on their way. */
const WINDOW = 64;
const STEPS_ONLY = {steps: true, tickInterval: Infinity};

type Report = readonly [status: ProgressStatus, remaining: number, total: number];

/** The reports of a copy, a page a step. */
function copyOf(total: number): Report[] {
	const reports: Report[] = [];
	for (let left = total - 1; left > 0; left--) reports.push([SQLITE_OK, left, total]);
	reports.push([SQLITE_DONE, 0, total]);
	return reports;
}

function report({reporter}: ReporterScene, reports: readonly Report[]): void {
	for (const each of reports) reporter.step(...each);
}

test.serial('a report is sent as soon as it is made, if there is room', (t) => {
	const scene = makeReporter(t, STEPS_ONLY);

	report(scene, [[SQLITE_OK, 9, 10]]);

	t.deepEqual(stepsOf(scene.received()), [
		{type: 'steps', status: SQLITE_OK, remaining: 9, total: 10, stride: 0, count: 1},
	]);
});

test.serial('no more reports are on their way than the window is wide', (t) => {
	const scene = makeReporter(t, STEPS_ONLY);

	report(scene, copyOf(1000));
	t.deepEqual(callsOfRuns(stepsOf(scene.received())), copyOf(1000).slice(0, WINDOW) as never);
	report(scene, [[SQLITE_DONE, 0, 1000]]);
	t.deepEqual(stepsOf(scene.received()), []);

	// Room for three more, which go with the next occasion.
	scene.control.acknowledge(3);
	report(scene, [[SQLITE_DONE, 0, 1000]]);
	t.deepEqual(stepsOf(scene.received()), [
		{type: 'steps', status: SQLITE_OK, remaining: 999 - WINDOW, total: 1000, stride: 1, count: 3},
	]);
});

test.serial('reports that wait are put together as long as they go on evenly', (t) => {
	const scene = makeReporter(t, STEPS_ONLY);
	report(scene, new Array<Report>(WINDOW).fill([SQLITE_BUSY, 0, 0]));
	t.is(callsOfRuns(stepsOf(scene.received())).length, WINDOW);
	const waiting: Report[] = [
		[SQLITE_OK, 90, 100],
		[SQLITE_OK, 80, 100],
		[SQLITE_OK, 70, 100],
		[SQLITE_BUSY, 70, 100],
		[SQLITE_BUSY, 70, 100],
		[SQLITE_LOCKED, 70, 100],
		// A restart, of a database that has grown.
		[SQLITE_OK, 95, 105],
		[SQLITE_OK, 85, 105],
		// A restart of one that has not.
		[SQLITE_OK, 95, 105],
		[SQLITE_OK, 85, 105],
		[SQLITE_DONE, 0, 105],
	];

	report(scene, waiting);
	t.deepEqual(stepsOf(scene.received()), []);
	scene.control.acknowledge(WINDOW);
	report(scene, [[SQLITE_DONE, 0, 105]]);

	const runs = stepsOf(scene.received());
	t.deepEqual(
		runs.map(({status, remaining, stride, count}) => [status, remaining, stride, count]),
		[
			[SQLITE_OK, 90, 10, 3],
			[SQLITE_BUSY, 70, 0, 2],
			[SQLITE_LOCKED, 70, 0, 1],
			[SQLITE_OK, 95, 10, 2],
			[SQLITE_OK, 95, 10, 2],
			[SQLITE_DONE, 0, 0, 2],
		],
	);
	t.deepEqual(callsOfRuns(runs), [...waiting, [SQLITE_DONE, 0, 105]] as never);
});

test.serial('a million reports that wait take no more room than one', (t) => {
	const scene = makeReporter(t, STEPS_ONLY);

	report(scene, copyOf(1_000_000));
	scene.received();
	scene.control.acknowledge(WINDOW);
	report(scene, [[SQLITE_DONE, 0, 1_000_000]]);

	// As much as there is room for, in a single message.
	t.is(stepsOf(scene.received()).length, 1);
});

/** A thread that takes the reports and acknowledges them, or cancels after so many. */
async function startAcknowledger(
	t: ExecutionContext,
	{port, control}: ReporterScene,
	{reports, cancelAfter = Infinity}: {readonly reports: number; readonly cancelAfter?: number},
): Promise<() => Promise<{readonly messages: readonly WorkerMessage[]; readonly widest: number}>> {
	const thread = new Worker(new URL('../fixtures/acknowledger.ts', import.meta.url), {
		workerData: {port, control: control.buffer, reports, cancelAfter},
		transferList: [port],
	});
	t.teardown(() => thread.terminate());
	await once(thread, 'message');
	const result = once(thread, 'message');
	return async () => ((await result) as [{messages: WorkerMessage[]; widest: number}])[0];
}

test.serial('flush() returns when all was acknowledged: in order, none lost, none more than the window', async (t) => {
	const scene = makeReporter(t, STEPS_ONLY);
	const reports = copyOf(10_000);
	const result = await startAcknowledger(t, scene, {reports: reports.length});

	report(scene, reports);
	scene.reporter.flush();

	t.is(scene.control.acknowledged, reports.length);
	const {messages, widest} = await result();
	t.deepEqual(callsOfRuns(stepsOf(messages)), reports as never);
	t.is(widest, WINDOW);
});

test.serial('flush() has nothing to wait for without reports', (t) => {
	const {reporter, received} = makeReporter(t, {steps: false, tickInterval: Infinity});

	reporter.step(SQLITE_OK, 1, 2);
	reporter.flush();

	t.deepEqual(stepsOf(received()), []);
});

test.serial('flush() throws when the job is cancelled, before or meanwhile', async (t) => {
	const before = makeReporter(t, STEPS_ONLY);
	before.control.cancel();
	t.throws(
		() => {
			before.reporter.flush();
		},
		{instanceOf: Cancelled},
	);

	const meanwhile = makeReporter(t, STEPS_ONLY);
	await startAcknowledger(t, meanwhile, {reports: 1000, cancelAfter: 500});
	report(meanwhile, copyOf(1000));
	t.throws(
		() => {
			meanwhile.reporter.flush();
		},
		{instanceOf: Cancelled},
	);
});

for (const {tickInterval, expected} of [
	{tickInterval: 0, expected: copyOf(50)},
	{tickInterval: Infinity, expected: [copyOf(50).at(0), copyOf(50).at(-1)]},
]) {
	test.serial(`ticks: the first, the last and those that are due, interval ${String(tickInterval)}`, (t) => {
		const scene = makeReporter(t, {steps: false, tickInterval});

		report(scene, copyOf(50));

		const ticks = ticksOf(scene.received());
		t.deepEqual(
			ticks.map(({status, remaining, total}) => [status, remaining, total]),
			expected as never,
		);
	});
}

test.serial('ticks tell of restarts and retries, and the reporter of where the copy stands', (t) => {
	const {reporter, received} = makeReporter(t, {steps: false, tickInterval: 0});
	t.deepEqual(reporter.last, {status: SQLITE_OK, remaining: 0, total: 0});
	reporter.restarts = 2;
	reporter.busyRetries = 3;

	reporter.tick(SQLITE_BUSY, 4, 5);

	t.like(ticksOf(received()), [{status: SQLITE_BUSY, remaining: 4, total: 5, restarts: 2, busyRetries: 3}]);
	t.deepEqual(reporter.last, {status: SQLITE_BUSY, remaining: 4, total: 5});
});
