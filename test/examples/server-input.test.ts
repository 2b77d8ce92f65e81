import {once} from 'node:events';
import {request as send, type IncomingMessage} from 'node:http';
import test from 'ava';
import {listDirectory} from '../helpers/directory.js';
import {startServer} from '../helpers/server.js';

const SMALL = {wal: true};

/** What is wrong with a body, and what the answer names. */
const REFUSED: readonly [unknown, RegExp][] = [
	...[
		'../evil.db',
		'/tmp/evil.db',
		'a/evil.db',
		'a\\evil.db',
		'..',
		'.hidden.db',
		'evil.db\0',
		'evil.db\n',
		' evil.db',
	],
	...['app.db-wal', 'app.db-journal', 'evil.txt', '', `${'a'.repeat(98)}.db`, 7, null],
].map((name): [unknown, RegExp] => [{name}, /body\/name/]);

const OTHERS: readonly [unknown, RegExp][] = [
	[{existing: 'overwrite'}, /body\/existing/],
	[{verify: 'yes'}, /body\/verify/],
	[{checksum: 'md5'}, /body\/checksum/],
	[{maxRate: 1}, /body\/maxRate/],
	[{maxRate: '1000000'}, /body\/maxRate/],
	[{priority: 1.5}, /body\/priority/],
	[{priority: 11}, /body\/priority/],
	// Options of a backup that are not for clients.
	[{attach: {other: '/etc/other.db'}}, /additional properties/],
	[{mode: 0o777}, /additional properties/],
	[{nmae: 'evil.db'}, /additional properties/],
	[['evil.db'], /body must be object/],
];

test.serial('what a client must not choose, or gets wrong, is refused, and nothing is started', async (t) => {
	const {request, list, backups} = await startServer(t, {accounts: SMALL});

	for (const [body, message] of [...REFUSED, ...OTHERS]) {
		const response = await request('POST', '/backups', body);
		t.is(response.status, 400, JSON.stringify(body));
		t.regex(((await response.json()) as {readonly message: string}).message, message);
	}

	t.deepEqual(await list(), []);
	t.deepEqual(listDirectory(backups), []);
});

test.serial('what is no JSON, or too much of it, is refused', async (t) => {
	const {url, list} = await startServer(t, {accounts: SMALL});
	for (const [type, body, status] of [
		['application/json', '{"name":', 400],
		['text/plain', '{"name": "a.db"}', 400],
		['application/x-www-form-urlencoded', 'name=a.db', 415],
		['application/json', JSON.stringify({name: 'a'.repeat(20_000)}), 413],
	] as const) {
		const response = await fetch(`${url}/backups`, {method: 'POST', headers: {'content-type': type}, body});
		t.is(response.status, status, type);
	}

	t.deepEqual(await list(), []);
});

test.serial("another site's page can do nothing", async (t) => {
	const {url, list} = await startServer(t, {accounts: SMALL});
	for (const [site, status] of [
		['cross-site', 403],
		['same-site', 403],
		['same-origin', 202],
		['none', 202],
	] as const) {
		const response = await fetch(`${url}/backups`, {method: 'POST', headers: {'sec-fetch-site': site}});
		t.is(response.status, status, site);
	}

	t.is((await list()).length, 2);
	const page = await fetch(url, {headers: {'sec-fetch-site': 'cross-site'}});
	t.is(page.status, 200, 'it may have a link to the page');
});

test.serial('a name of somebody else that leads to this machine leads to nothing', async (t) => {
	const {url} = await startServer(t, {accounts: SMALL, names: ['backups.example']});
	for (const [host, status] of [
		['backups.example', 200],
		['evil.example', 421],
		['127.0.0.1.evil.example:80', 421],
		['localhost:3000', 200],
		['[::1]:3000', 200],
	] as const) {
		for (const path of ['/', '/snapshot']) {
			const [response] = (await once(send(`${url}${path}`, {headers: {host}}).end(), 'response')) as [IncomingMessage];
			response.resume();
			t.is(response.statusCode, status, `${host}${path}`);
			await once(response, 'close');
		}
	}
});
