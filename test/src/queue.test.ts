import test from 'ava';
import {JobQueue, type Queued} from '../../src/queue.js';

interface Entry extends Queued {
	readonly name: string;
}

function entry(name: string, priority = 0, ...lanes: readonly string[]): Entry {
	return {name, lanes: lanes.length > 0 ? lanes : [`/backups/${name}`], spec: {options: {priority}}};
}

function fill(...entries: readonly Entry[]): JobQueue<Entry> {
	const queue = new JobQueue<Entry>();
	for (const each of entries) queue.add(each);
	return queue;
}

/** Takes all that can be taken, without giving any target free. */
function takeAll(queue: JobQueue<Entry>): string[] {
	const names: string[] = [];
	for (let next = queue.take(); next !== undefined; next = queue.take()) names.push(next.name);
	return names;
}

test.serial('an empty queue has nothing to take', (t) => {
	const queue = fill();
	t.is(queue.size, 0);
	t.is(queue.take(), undefined);
});

test.serial('equal priorities leave in the order they came', (t) => {
	const names = Array.from({length: 50}, (_, index) => `job ${String(index)}`);
	t.deepEqual(takeAll(fill(...names.map((name) => entry(name)))), names);
});

test.serial('higher priorities leave first, in the order they came among themselves', (t) => {
	const queue = fill(
		entry('a'),
		entry('b', -1),
		entry('c', 10),
		entry('d', 2),
		entry('e'),
		entry('f', 10),
		// Not before 2, as it would be by name.
		entry('g', 1),
	);
	t.deepEqual(takeAll(queue), ['c', 'f', 'd', 'g', 'a', 'e', 'b']);
});

test.serial('a job that comes later leaves first if its priority is higher', (t) => {
	const queue = fill(entry('a'), entry('b'));
	t.is(queue.take()?.name, 'a');
	queue.add(entry('c', 1));
	t.deepEqual(takeAll(queue), ['c', 'b']);
});

test.serial('a job with two lanes holds both, and waits for both', (t) => {
	const both = entry('both', 0, '/one', '/two');
	const queue = fill(both, entry('one', 0, '/one'), entry('two', 0, '/two'), entry('again', 0, '/two', '/one'));
	t.deepEqual(takeAll(queue), ['both']);
	queue.release(both);
	t.is(queue.take()?.name, 'one');
	t.deepEqual(takeAll(queue), ['two']);
	queue.release(entry('two', 0, '/two'));
	t.deepEqual(takeAll(queue), []);
	queue.release(entry('one', 0, '/one'));
	t.deepEqual(takeAll(queue), ['again']);
});

test.serial('a job stays while its target is busy, and others pass it', (t) => {
	const first = entry('first', 0, '/same');
	const queue = fill(first, entry('second', 5, '/same'), entry('third', 5, '/same'), entry('other', -5));
	// The highest priority holds the target, even before the one that came first.
	t.is(queue.take()?.name, 'second');
	t.is(queue.take()?.name, 'other');
	t.is(queue.take(), undefined);
	t.is(queue.size, 2);
});

test.serial('a target that is free again lets the next job leave', (t) => {
	const first = entry('first', 0, '/same');
	const second = entry('second', 0, '/same');
	const queue = fill(first, second);
	t.is(queue.take(), first);
	t.is(queue.take(), undefined);

	queue.release(first);

	t.is(queue.take(), second);
	queue.release(second);
	t.is(queue.size, 0);
});

test.serial('a job that was removed does not leave, and the others keep their order', (t) => {
	const middle = entry('b');
	const alone = entry('d', 7);
	const queue = fill(entry('a'), middle, entry('c'), alone);

	queue.remove(middle);
	queue.remove(alone);

	t.is(queue.size, 2);
	t.deepEqual(takeAll(queue), ['a', 'c']);
});

test.serial('removing what is not there changes nothing', (t) => {
	const taken = entry('a');
	const queue = fill(taken, entry('b'));
	queue.take();

	queue.remove(taken);
	queue.remove(entry('stranger'));
	queue.remove(entry('stranger', 9));

	t.is(queue.size, 1);
	t.deepEqual(takeAll(queue), ['b']);
});

test.serial('a removed job gives the target of another one not free', (t) => {
	const running = entry('running', 0, '/same');
	const waiting = entry('waiting', 0, '/same');
	const queue = fill(running, waiting, entry('last', 0, '/same'));
	queue.take();

	queue.remove(waiting);

	t.is(queue.take(), undefined);
	queue.release(running);
	t.is(queue.take()?.name, 'last');
});
