import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import {EventStream} from '../../examples/server/event-stream.js';
import {JobBook} from '../../examples/server/job-book.js';
import {isEnded} from '../../examples/server/job-view.js';
import {BackupManager} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {makeMemoryDirectory} from '../helpers/memory-directory.js';
import {readEvents} from '../helpers/event-source.js';
import {SLOW, startServer, whenThereIsRoom} from '../helpers/server.js';
import {until} from '../helpers/until.js';

const SMALL = {wal: true};
/** Of the server's database, which is some 10 MB. */
const A_SECOND = 10_000_000;

test.serial('progress, then the outcome, then the stream ends', async (t) => {
	const {url, start} = await startServer(t, {managerOptions: {maxThreads: 1, progressInterval: 20}});
	const {id} = await start({maxRate: A_SECOND});

	const {status, headers, rest} = await readEvents(t, `${url}/backups/${id}/events`);
	const events = await rest();

	t.is(status, 200);
	t.is(headers.get('content-type'), 'text/event-stream');
	t.is(headers.get('cache-control'), 'no-store');
	const outcome = events.pop();
	t.is(outcome?.event, 'completed');
	t.like(outcome?.job, {id, state: 'completed', remaining: 0});
	t.true(events.length > 3);
	t.true(events.every(({event, job}) => event === 'progress' && !isEnded(job)));
	const between = events.map(({job}) => job.remaining).filter((remaining) => remaining > 0);
	t.true(new Set(between).size > 2);
	t.deepEqual(
		between,
		between.toSorted((a, b) => b - a),
	);
});

test.serial('a client that comes late gets what is the case at once', async (t) => {
	const {url, request, start, follow} = await startServer(t);
	const running = await start({name: 'running.db', maxRate: SLOW});
	const waiting = await start({name: 'waiting.db'});

	// Nothing happens to this one that would be an event.
	const events = await readEvents(t, `${url}/backups/${waiting.id}/events`);
	t.like(await events.next(), {event: 'progress', job: {state: 'queued', name: 'waiting.db'}});

	await request('DELETE', `/backups/${running.id}`);
	t.is((await events.rest()).at(-1)?.event, 'completed');
	await follow(waiting.id);
});

test.serial('a client that comes when all is over gets the outcome, once', async (t) => {
	const {url, start, follow} = await startServer(t, {accounts: SMALL});
	const {id} = await start();
	await follow(id);

	const first = await readEvents(t, `${url}/backups/${id}/events`);
	const events = await first.rest();

	t.like(events, [{event: 'completed', job: {state: 'completed'}}]);

	// As a browser does, which connects again when a stream ends.
	const second = await readEvents(t, `${url}/backups/${id}/events`, {'last-event-id': events[0]?.id ?? ''});
	t.is(second.status, 204);
	const third = await readEvents(t, `${url}/backups/${id}/events`, {'last-event-id': '0'});
	t.is(third.status, 200);
});

test.serial('an abort is an outcome', async (t) => {
	const {url, request, start} = await startServer(t);
	const {id} = await start({maxRate: SLOW});
	const events = await readEvents(t, `${url}/backups/${id}/events`);
	await events.next();

	await request('DELETE', `/backups/${id}`);

	t.like((await events.rest()).at(-1), {event: 'aborted', job: {error: {code: 'ABORT_ERR'}}});
});

test.serial('a client that goes away makes room for the next', async (t) => {
	const {url, start} = await startServer(t, {streams: 1});
	const {id} = await start({maxRate: SLOW});
	const events = `${url}/backups/${id}/events`;
	const first = await readEvents(t, events);
	await first.next();
	t.is((await readEvents(t, events)).status, 503);

	first.leave();

	const next = await whenThereIsRoom(() => readEvents(t, events));
	t.is(next.status, 200);
	t.like(await next.next(), {event: 'progress'});
});

test.serial('a slow client costs no memory, and learns the outcome; one that is gone is forgotten', async (t) => {
	const directory = makeMemoryDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {accounts: 500, filler: 4000}).close();
	await using manager = new BackupManager({progressInterval: 0});
	const book = new JobBook({manager, source, directory, history: 10});
	let changes = 0;
	book.listen(() => changes++);
	const open = (): EventStream =>
		new EventStream({
			book,
			first: {event: 'jobs', data: []},
			describe: (job) => ({event: job.state, data: job.id, last: isEnded(job)}),
		});
	const [slow, gone] = [open(), open()];
	t.is(book.listeners, 3);
	gone.destroy();
	t.is(book.listeners, 2);

	await book.start('copy.db', {pages: 10});
	await until(() => book.jobs.every((job) => isEnded(job)));
	const chunks: string[] = [];
	for await (const chunk of slow) chunks.push(String(chunk));

	t.true(changes > 20);
	const events = [...chunks.join('').matchAll(/^event: (.*)$/gm)].map(([, event]) => event);
	t.deepEqual(events, ['jobs', 'completed']);
	await turn();
	t.is(book.listeners, 1);
});

test.serial('a stream on which nothing happens gives signs of life', async (t) => {
	// As the connection to a client does: a stream alone keeps no process alive.
	const connection = setInterval(() => undefined, 1000);
	t.teardown(() => {
		clearInterval(connection);
	});
	await using manager = new BackupManager();
	const book = new JobBook({manager, source: ':memory:', directory: '/', history: 1});
	const stream = new EventStream({
		book,
		first: {event: 'jobs', data: []},
		describe: () => undefined,
		heartbeat: 1,
	});
	let text = '';
	for await (const chunk of stream) {
		text += String(chunk);
		// A comment, which clients leave out.
		if (text.endsWith('\n\n: still here\n\n')) break;
	}

	t.true(text.startsWith('event: jobs\ndata: []\n\n'));
	t.is(book.listeners, 0);
});
