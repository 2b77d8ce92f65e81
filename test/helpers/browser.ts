import {spawnSync} from 'node:child_process';
import type {ExecutionContext} from 'ava';
import {chromium, type Page} from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const ARGUMENTS = [
	// It refuses to run as root with one, and it only sees pages of this test.
	'--no-sandbox',
	'--disable-gpu',
	// Nothing that looks for a network.
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** A page in a headless Chromium, closed at the end of the test; undefined where none is installed. */
export async function openPage(t: ExecutionContext): Promise<Page | undefined> {
	const executablePath = findChromium();
	if (executablePath === undefined) return undefined;
	// With handlers of its own for them, it would keep AVA from ending a test that hangs. The browser ends with its pipe.
	const handlers = {handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false};
	const browser = await chromium.launch({executablePath, args: ARGUMENTS, ...handlers});
	t.teardown(() => browser.close());
	const page = await browser.newPage({viewport: {width: 800, height: 900}});
	page.setDefaultTimeout(30_000);
	return page;
}

function findChromium(): string | undefined {
	for (const name of NAMES) {
		const {status, stdout} = spawnSync('which', [name], {encoding: 'utf8'});
		if (status === 0) return stdout.trim();
	}

	return undefined;
}
