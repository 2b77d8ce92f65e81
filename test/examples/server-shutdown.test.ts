import {once} from 'node:events';
import {Agent, get, type IncomingMessage} from 'node:http';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {buildApp} from '../../examples/server/app.js';
import {readSettings} from '../../examples/server/settings.js';
import {listenForInterrupts, shutDown, trackResponses} from '../../examples/server/shutdown.js';
import {BackupManager} from '../../src/index.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory} from '../helpers/directory.js';
import {readEvents, type EventReader} from '../helpers/event-source.js';
import {startExample, type Example} from '../helpers/example.js';
import {makeMemoryDirectory} from '../helpers/memory-directory.js';
import {makeClient, openSnapshot, SLOW} from '../helpers/server.js';

const ACCOUNTS = {wal: true, accounts: 300, filler: 100_000};
/** Bytes a second: a backup takes some seconds. */
const MODERATE = 8_000_000;

interface Scene {
	readonly server: Example;
	readonly url: string;
	readonly backups: string;
	readonly client: ReturnType<typeof makeClient>;
	/** The events of a backup that runs. */
	readonly events: EventReader;
}

/** The server as its users start it, with a backup that runs. */
async function setUp(t: ExecutionContext, maxRate: number, environment: NodeJS.ProcessEnv = {}): Promise<Scene> {
	const directory = makeMemoryDirectory(t);
	const [database, backups] = [join(directory, 'app.db'), join(directory, 'backups')];
	makeAccounts(database, ACCOUNTS).close();
	const server = startExample(t, 'server.ts', {PORT: '0', DATABASE: database, BACKUPS: backups, ...environment});
	const url = (await server.printed(/Open (.*)\/$/m))[1] ?? '';
	const client = makeClient(url);
	const {id} = await client.start({name: 'nightly.db', maxRate});
	const events = await readEvents(t, `${url}/backups/${id}/events`);
	for (let event = await events.next(); event?.job.state !== 'active';) event = await events.next();
	return {server, url, backups, client, events};
}

test.serial('after SIGTERM what runs is finished, downloads too, and nothing new is accepted', async (t) => {
	const {server, url, backups, client, events} = await setUp(t, MODERATE);
	const download = await openSnapshot(url);
	const watcher = await fetch(`${url}/events`);

	server.signal('SIGTERM');
	await server.printed(/^SIGTERM: backups to finish: 1, within 30 s/m);

	const refused = await client.request('POST', '/backups');
	t.is(refused.status, 503);
	t.like(await refused.json(), {code: 'ERR_BACKUP_CLOSED'});
	t.is((await events.rest()).at(-1)?.event, 'completed');
	t.is((await buffer(download)).length, Number(download.headers['content-length']));
	// It watches all jobs, without end; it must not hold up the shutdown.
	t.regex(await watcher.text(), /"state":"completed"/);
	const {stdout, ...end} = await server.ended;
	t.deepEqual(end, {code: 0, signal: null, stderr: '', left: []});
	t.regex(stdout, /^Completed 2, failed 0, aborted 0$/m);
	t.deepEqual(healthOf(join(backups, 'nightly.db')), healthy(ACCOUNTS.accounts));
	t.deepEqual(listDirectory(backups), ['nightly.db']);
});

test.serial(
	'a download over a connection that is kept alive holds up the shutdown until it is done, no longer',
	async (t) => {
		const {server, url, events} = await setUp(t, MODERATE, {SHUTDOWN_SECONDS: '3600'});
		const agent = new Agent({keepAlive: true});
		t.teardown(() => {
			agent.destroy();
		});
		const [download] = (await once(get(`${url}/snapshot`, {agent}), 'response')) as [IncomingMessage];
		server.signal('SIGTERM');
		t.is((await events.rest()).at(-1)?.event, 'completed');
		await server.printed(/^Backups are finished/m);

		t.is((await buffer(download)).length, Number(download.headers['content-length']));

		// The client would keep it for longer than the test may last.
		const {stdout, ...end} = await server.ended;
		t.deepEqual(end, {code: 0, signal: null, stderr: '', left: []}, stdout);
	},
);

test.serial('no time at all, and nothing to finish: nothing is cut, nor is a connection that is idle', async (t) => {
	const directory = makeMemoryDirectory(t);
	const database = makeAccounts(join(directory, 'app.db'));
	t.teardown(() => database.close());
	const manager = new BackupManager();
	const app = buildApp({manager, database, backups: directory});
	const responses = trackResponses(app);
	const url = await app.listen({port: 0, host: '127.0.0.1'});
	t.deepEqual(await makeClient(url).list(), []);

	t.true(await shutDown({app, manager, responses}, AbortSignal.abort()));
});

test.serial('a second signal aborts what runs, and cuts connections', async (t) => {
	const {server, url, backups, events} = await setUp(t, SLOW);
	const stalled = await openSnapshot(url);
	server.signal('SIGTERM');
	await server.printed(/^SIGTERM/m);

	server.signal('SIGINT');

	t.is((await events.rest()).at(-1)?.event, 'aborted');
	const {stdout, ...end} = await server.ended;
	t.deepEqual(end, {code: 1, signal: null, stderr: '', left: []});
	t.regex(stdout, /^Completed 1, failed 0, aborted 1$/m);
	t.deepEqual(listDirectory(backups), []);
	await t.throwsAsync(buffer(stalled), {code: 'ECONNRESET'});
});

test.serial('so does the time that is set', async (t) => {
	const {server, backups, events} = await setUp(t, SLOW, {SHUTDOWN_SECONDS: '1'});

	server.signal('SIGINT');

	t.is((await events.rest()).at(-1)?.event, 'aborted');
	const {stdout, ...end} = await server.ended;
	t.deepEqual(end, {code: 1, signal: null, stderr: '', left: []});
	t.regex(stdout, /^SIGINT: backups to finish: 1, within 1 s/m);
	t.deepEqual(listDirectory(backups), []);
});

test.serial('a signal with its echo is no second signal', (t) => {
	const {first, second} = listenForInterrupts();
	t.false(first.aborted);

	// As `npm run` may do: it hands on what the terminal has sent to both.
	process.emit('SIGTERM');
	process.emit('SIGTERM');

	t.is(first.reason, 'SIGTERM');
	t.false(second.aborted);

	process.emit('SIGINT');
	t.is(second.reason, 'SIGINT');
});

test.serial('without settings there is a sample, which is taken away at the end', async (t) => {
	const server = startExample(t, 'server.ts', {PORT: '0'});
	const [, url = ''] = await server.printed(/Open (.*)\/$/m);
	const {start, follow} = makeClient(url);
	const {id} = await start();
	t.like(await follow(id), {state: 'completed'});

	server.signal('SIGTERM');

	const {stdout, ...end} = await server.ended;
	t.deepEqual(end, {code: 0, signal: null, stderr: '', left: []});
	t.regex(stdout, /^Completed 1, failed 0, aborted 0$/m);
});

for (const [environment, message] of [
	[{PORT: 'http'}, /PORT must be an integer from 0 to 65535, but it is "http"/],
	[{PORT: ''}, /PORT must be/],
	[{SHUTDOWN_SECONDS: '1.5'}, /SHUTDOWN_SECONDS must be/],
	[{DATABASE: 'app.db'}, /Set both DATABASE/],
	[{BACKUPS: 'backups'}, /Set both DATABASE/],
] as const) {
	test.serial(`a setting that cannot be is refused: ${JSON.stringify(environment)}`, (t) => {
		const error = t.throws(() => readSettings(environment));
		t.regex(error.message, message);
	});
}
