import test from 'ava';
import {Slots} from '../../src/cli/fleet/slots.js';
import {FleetState} from '../../src/cli/fleet/state.js';
import {Tally} from '../../src/cli/fleet/tally.js';
import {Pace} from '../../src/cli/job/pace.js';
import {JobState} from '../../src/cli/job/state.js';
import {SQLITE_BUSY, SQLITE_OK, type JobInfo, type ProgressEvent} from '../../src/index.js';

const JOB: JobInfo = {
	id: 'job',
	source: '/app.db',
	target: '/copy.db',
	state: 'active',
	priority: 0,
	remaining: 0,
	total: 1000,
	pageSize: 4096,
	restarts: 0,
	busyRetries: 0,
	walBytes: 0,
};

function progressOf(id: string, remaining: number, status: ProgressEvent['status'] = SQLITE_OK): ProgressEvent {
	return {job: {...JOB, id, remaining}, status, remaining, total: JOB.total};
}

test.serial('a pace is that of the last seconds', (t) => {
	const pace = new Pace();
	t.is(pace.rate, undefined);
	pace.update(0, 0);
	t.is(pace.rate, undefined);
	t.is(pace.timeFor(1), undefined);
	for (let at = 0; at <= 10_000; at += 50) pace.update(at < 5000 ? at : 5000 + (at - 5000) * 3, at);
	t.is(pace.rate, 3000);
	t.is(pace.timeFor(6000), 2000);
	// The copy began again.
	pace.update(100, 10_200);
	t.is(pace.rate, undefined);
	pace.update(100, 10_400);
	t.is(pace.rate, 0);
	t.is(pace.timeFor(6000), undefined);
});

test.serial('what is told of a copy', (t) => {
	const state = new JobState();
	state.update({...progressOf('job', 0), job: {...JOB, total: 0, pageSize: 0}});
	t.deepEqual([state.fraction, state.words], [0, '']);
	state.update(progressOf('job', 750));
	t.deepEqual([state.fraction, state.words], [0.25, '1 MB of 4.1 MB']);
	state.update(progressOf('job', 750, SQLITE_BUSY));
	t.is(state.words, '1 MB of 4.1 MB, waiting for a lock');
	state.update(progressOf('job', 0));
	t.deepEqual([state.fraction, state.words], [1, '4.1 MB of 4.1 MB, finishing']);
});

test.serial('what is told of many copies goes by their sizes, and by their number where they are small', (t) => {
	const tally = new Tally([9e6, 0, 0]);
	const state = new FleetState(tally);
	t.is(state.words, '0 of 3 databases, 0 B');
	state.progress(progressOf('a', 500));
	t.regex(state.words, /^0 of 3 databases, 2 MB/);
	tally.addFailure(0);
	state.settled(undefined);
	t.regex(state.words, /^1 of 3 databases, 1 failed, 2 MB/);
	const before = state.fraction;
	t.true(before > 0.2 && before < 0.4, String(before));
	tally.addResult(
		{...JOB, jobId: 'a', strategy: 'pages', pages: 1000, bytes: 4_096_000, queuedMs: 0, durationMs: 1, verified: false},
		9e6,
	);
	state.settled('a');
	t.true(state.fraction > 0.9);
	tally.addFailure(0);
	t.is(state.fraction, 1);
	t.like(tally.toRecord(), {type: 'summary', copied: 1, failed: 2, left: 0, bytes: 4_096_000});
});

test.serial('what is lent comes back, and who comes too late gets none', (t) => {
	const slots = new Slots(['x', 'y']);
	t.deepEqual([slots.take('a'), slots.take('b'), slots.take('c')], ['x', 'y', undefined]);
	t.deepEqual([slots.of('b'), slots.of('c'), slots.release('c')], ['y', undefined, undefined]);
	t.deepEqual([slots.release('b'), slots.take('d'), slots.of('b')], ['y', 'y', undefined]);
});
