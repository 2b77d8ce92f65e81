import {join} from 'node:path';
import test from 'ava';
import {healthOf, healthy} from '../helpers/database.js';
import {listDirectory} from '../helpers/directory.js';
import {SLOW, startServer} from '../helpers/server.js';
import {stateOf, tagged, makeTagged} from '../helpers/tagged.js';

const SMALL = {wal: true};

test.serial('POST starts a backup and says where to watch it', async (t) => {
	const {request, follow, backups, database} = await startServer(t, {accounts: SMALL});

	const response = await request('POST', '/backups', {name: 'nightly.db', verify: 'quick', checksum: 'sha256'});

	t.is(response.status, 202);
	const {id} = (await response.json()) as {readonly id: string};
	t.is(response.headers.get('location'), `/backups/${id}`);
	const job = await follow(id);
	t.like(job, {
		id,
		name: 'nightly.db',
		state: 'completed',
		remaining: 0,
		result: {verified: 'quick'},
		error: undefined,
	});
	t.regex(job.result?.sha256 ?? '', /^[\da-f]{64}$/);
	t.true([job.queuedAt, job.startedAt, job.endedAt].every((time) => !Number.isNaN(Date.parse(time ?? ''))));
	t.false(JSON.stringify(job).includes(database), 'where the files are is not for clients');
	t.deepEqual(listDirectory(backups), ['nightly.db']);
	t.deepEqual(healthOf(join(backups, 'nightly.db')), healthy());
});

test.serial('POST without a body names the backup after the database and the time', async (t) => {
	const {start, follow, backups} = await startServer(t, {accounts: SMALL});

	const {id, name} = await start();

	t.like(await follow(id), {state: 'completed'});
	t.regex(name, /^app-\d{4}-\d\d-\d\dT[\d-]+Z\.db$/);
	t.deepEqual(listDirectory(backups), [name]);
});

test.serial('GET lists what runs and what waits, then what has ended', async (t) => {
	const {start, follow, list} = await startServer(t);
	const first = await start({name: 'first.db'});
	await follow(first.id);
	const second = await start({name: 'second.db', maxRate: SLOW});
	const third = await start({name: 'third.db', priority: 3});

	const jobs = await list();

	t.deepEqual(
		jobs.map(({id, name, priority}) => ({id, name, priority})),
		[
			{id: second.id, name: 'second.db', priority: 0},
			{id: third.id, name: 'third.db', priority: 3},
			{id: first.id, name: 'first.db', priority: 0},
		],
	);
	t.like(jobs[1], {state: 'queued', startedAt: undefined});
	t.like(jobs[2], {state: 'completed'});
});

test.serial('DELETE aborts a backup that runs, and leaves nothing behind', async (t) => {
	const {request, start, follow, backups} = await startServer(t);
	const {id} = await start({maxRate: SLOW});

	t.is((await request('DELETE', `/backups/${id}`)).status, 204);

	t.like(await follow(id), {state: 'aborted', error: {code: 'ABORT_ERR'}});
	t.deepEqual(listDirectory(backups), []);
	t.is((await request('DELETE', `/backups/${id}`)).status, 204, 'a client may repeat it');
});

test.serial('DELETE aborts a backup that waits', async (t) => {
	const {request, start, follow} = await startServer(t);
	await start({name: 'first.db', maxRate: SLOW});
	const {id} = await start({name: 'second.db'});

	t.is((await request('DELETE', `/backups/${id}`)).status, 204);

	t.like(await follow(id), {state: 'aborted', startedAt: undefined});
});

test.serial('DELETE says when there is nothing to abort', async (t) => {
	const {request, start, follow} = await startServer(t, {accounts: SMALL});
	const {id} = await start();
	await follow(id);

	const late = await request('DELETE', `/backups/${id}`);
	t.is(late.status, 409);
	t.regex(await late.text(), /it is completed/);

	for (const [method, path] of [
		['DELETE', '/backups/unknown'],
		['GET', '/backups/unknown'],
		['GET', '/backups/unknown/events'],
		['GET', '/backups/..%2F..%2Fetc%2Fpasswd'],
		['GET', '/elsewhere'],
	] as const) {
		t.is((await request(method, path)).status, 404, `${method} ${path}`);
	}
});

test.serial('an older backup of the same name is replaced only if asked for', async (t) => {
	const {start, follow, backups} = await startServer(t, {accounts: SMALL});
	const older = join(backups, 'nightly.db');
	makeTagged(older, 7);

	const refused = await start({name: 'nightly.db'});
	t.like(await follow(refused.id), {state: 'failed', error: {code: 'ERR_BACKUP_TARGET_EXISTS'}});
	t.deepEqual(stateOf(older), tagged(7));

	const replaced = await start({name: 'nightly.db', existing: 'replace'});
	t.like(await follow(replaced.id), {state: 'completed'});
	t.deepEqual(healthOf(older), healthy());
});

test.serial('a full queue is answered with 503, and no job is left of it', async (t) => {
	const {request, start, list} = await startServer(t, {managerOptions: {maxThreads: 1, maxQueue: 1}});
	await start({name: 'first.db', maxRate: SLOW});
	await start({name: 'second.db'});

	const response = await request('POST', '/backups', {name: 'third.db'});

	t.is(response.status, 503);
	t.is(response.headers.get('retry-after'), '5');
	t.like(await response.json(), {code: 'ERR_BACKUP_QUEUE_FULL'});
	t.deepEqual((await list()).map(({name}) => name).sort(), ['first.db', 'second.db']);
});

test.serial('of the jobs that have ended only the last ones are remembered', async (t) => {
	const {request, start, follow, list} = await startServer(t, {accounts: SMALL, history: 2});
	const [first, ...rest] = ['1.db', '2.db', '3.db', '4.db'];
	const {id} = await start({name: first});
	await follow(id);
	for (const name of rest) await follow((await start({name})).id);

	t.deepEqual(
		(await list()).map(({name}) => name),
		['3.db', '4.db'],
	);
	t.is((await request('GET', `/backups/${id}`)).status, 404);
});
