import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Locator, Page} from 'playwright-core';
import {openPage} from '../helpers/browser.js';
import {SLOW, startServer, type Server} from '../helpers/server.js';
import {makeTagged} from '../helpers/tagged.js';

interface Scene extends Server {
	readonly page: Page;
	/** A section of the page by its heading, which counts the jobs. */
	readonly section: (heading: string) => Locator;
	/** What the browser has complained of. */
	readonly problems: readonly string[];
}

/** The page in a browser; undefined where there is none. */
async function open(t: ExecutionContext): Promise<Scene | undefined> {
	const page = await openPage(t);
	if (page === undefined) {
		t.log('Chromium is not installed here');
		t.pass();
		return undefined;
	}

	const problems: string[] = [];
	page.on('pageerror', (error) => problems.push(error.message));
	page.on('console', (message) => {
		if (['error', 'warning'].includes(message.type())) problems.push(message.text());
	});
	const server = await startServer(t);
	return {...server, page, section: (name) => page.getByRole('region', {name, exact: true}), problems};
}

test.serial('the page shows what waits, runs and has ended, live, and can start and abort', async (t) => {
	const scene = await open(t);
	if (scene === undefined) return;
	const {page, section, problems, url, backups, start, follow, request} = scene;
	makeTagged(join(backups, 'weekly.db'), 1);
	await follow((await start({name: 'daily.db'})).id);
	await follow((await start({name: 'weekly.db'})).id);
	const active = await start({name: 'slow.db', maxRate: SLOW});
	await start({name: 'waiting.db', maxRate: SLOW});

	// What was there before.
	await page.goto(url);
	await section('Active (1)').getByText('slow.db').waitFor();
	await section('Queued (1)').getByText('waiting.db').waitFor();
	const finished = section('Finished (2)').getByRole('listitem');
	t.regex(await finished.nth(0).innerText(), /^weekly\.db\s+failed\s+ERR_BACKUP_TARGET_EXISTS: /);
	t.regex(await finished.nth(1).innerText(), /^daily\.db\s+completed\s+[\d.]+ MB in [\d.]+ s, by \w+$/);

	// What happens from now on.
	const bar = page.getByRole('progressbar', {name: 'Progress of slow.db'});
	const shown = async (): Promise<number> => Number(await bar.getAttribute('value'));
	const before = await shown();
	while ((await shown()) <= before) await page.waitForTimeout(20);
	const image = await page.screenshot({
		path: process.env['SCREENSHOT'] ?? join(backups, 'screenshot.png'),
		fullPage: true,
	});
	// A PNG begins with its signature, then its width. An empty page is a few thousand bytes.
	t.is(image.subarray(1, 4).toString(), 'PNG');
	t.is(page.viewportSize()?.width, image.readUInt32BE(16));
	t.true(image.length > 10_000, String(image.length));
	await request('DELETE', `/backups/${active.id}`);
	await section('Active (1)').getByText('waiting.db').waitFor();
	await section('Finished (3)').getByText('slow.db').waitFor();
	await page.getByRole('status').getByText('slow.db: aborted').waitFor();
	await page.getByText('Nothing waits.').waitFor();

	// What its user does, here by the keyboard.
	await page.getByLabel('Speed').selectOption('1 MB/s');
	await page.getByRole('button', {name: 'Back up now'}).press('Enter');
	const queued = section('Queued (1)').getByRole('listitem');
	t.regex(await queued.innerText(), /^app-[\dTZ-]+\.db\s+queued\s+Waits for its turn/);
	await page.getByRole('button', {name: 'Abort waiting.db'}).press('Enter');
	await section('Finished (4)').getByText('waiting.db').waitFor();
	await section('Active (1)').getByText('app-').waitFor();
	t.deepEqual(problems, []);
});
