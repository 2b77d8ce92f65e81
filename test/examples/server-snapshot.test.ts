import {readdirSync, readlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {healthOf, healthy} from '../helpers/database.js';
import {makeDirectory, listDirectory} from '../helpers/directory.js';
import {lockOut} from '../helpers/lock.js';
import {openSnapshot, startServer, whenThereIsRoom} from '../helpers/server.js';
import {until} from '../helpers/until.js';
import {startWriter} from '../helpers/writer.js';

/** More than the buffers of a connection hold, so that a client that does not read holds up the download. */
const LARGE = {wal: true, accounts: 300, filler: 100_000};
const LARGE_BYTES = 30_000_000;

/** Files that this process has open and that have lost their name. */
function findNameless(directory: string): string[] {
	return readdirSync('/proc/self/fd')
		.map((descriptor) => {
			try {
				return readlinkSync(`/proc/self/fd/${descriptor}`);
			} catch {
				return '';
			}
		})
		.filter((path) => path.startsWith(directory));
}

test.serial('a snapshot is a consistent copy, while a writer is at work', async (t) => {
	const {url, database, backups} = await startServer(t);
	const writer = await startWriter(t, database);
	await writer.progress(10);

	const response = await fetch(`${url}/snapshot`);
	const bytes = Buffer.from(await response.arrayBuffer());

	t.is(response.status, 200);
	t.is(Number(response.headers.get('content-length')), bytes.length);
	t.is(response.headers.get('content-type'), 'application/vnd.sqlite3');
	t.regex(response.headers.get('content-disposition') ?? '', /^attachment; filename="[\w.-]+\.db"$/);
	t.deepEqual([...bytes.subarray(18, 20)], [1, 1], 'it needs no WAL, as header bytes 18 and 19 say');
	const path = join(makeDirectory(t), 'download.db');
	writeFileSync(path, bytes);
	t.deepEqual(healthOf(path), healthy(2500));
	t.deepEqual(listDirectory(backups), []);
});

// Serial, since it looks at the memory of the process.
test.serial('a client that does not read holds up itself, needs no memory, and may go away', async (t) => {
	const {url, backups} = await startServer(t, {accounts: LARGE, snapshots: 1});
	const before = process.memoryUsage().arrayBuffers;

	const stalled = await openSnapshot(url);

	t.true(Number(stalled.headers['content-length']) > LARGE_BYTES);
	t.true(process.memoryUsage().arrayBuffers - before < LARGE_BYTES / 4);
	t.deepEqual(listDirectory(backups), [], 'its file has lost its name already');
	t.is(findNameless(backups).length, 1);
	const refused = await fetch(`${url}/snapshot`);
	t.is(refused.status, 503);
	t.truthy(refused.headers.get('retry-after'));

	stalled.destroy();

	await until(() => findNameless(backups).length === 0);
	const next = await whenThereIsRoom(() => fetch(`${url}/snapshot`));
	t.is(next.status, 200);
	t.is((await next.arrayBuffer()).byteLength, Number(stalled.headers['content-length']));
});

test.serial('a client that goes away before the copy is made aborts it', async (t) => {
	const {url, manager, database, backups} = await startServer(t, {accounts: {}, snapshots: 1});
	const unlock = await lockOut(t, database);
	const controller = new AbortController();
	const response = fetch(`${url}/snapshot`, {signal: controller.signal});
	await until(() => manager.stats.active === 1);

	controller.abort();

	await t.throwsAsync(response, {name: 'AbortError'});
	await until(() => manager.stats.aborted === 1);
	await unlock();
	t.is((await whenThereIsRoom(() => fetch(`${url}/snapshot`))).status, 200);
	t.deepEqual(listDirectory(backups), []);
});

test.serial('a copy that fails is an error, and makes room for the next', async (t) => {
	const {url, database, backups} = await startServer(t, {
		accounts: {},
		snapshots: 1,
		managerOptions: {defaults: {stallTimeout: 0, sleep: 0}},
	});
	const unlock = await lockOut(t, database);

	const failed = await fetch(`${url}/snapshot`);

	t.is(failed.status, 503);
	t.like(await failed.json(), {code: 'ERR_BACKUP_BUSY'});
	await unlock();
	t.is((await fetch(`${url}/snapshot`)).status, 200);
	t.deepEqual(listDirectory(backups), []);
});

test.serial('once the manager is closed there are none', async (t) => {
	const {url, manager} = await startServer(t, {accounts: {}});
	await manager.close();

	const closed = await fetch(`${url}/snapshot`);
	t.is(closed.status, 503);
	t.like(await closed.json(), {code: 'ERR_BACKUP_CLOSED'});
});
