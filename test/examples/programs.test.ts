import {execFile} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import test from 'ava';
import {startExample} from '../helpers/example.js';
import {makeMemoryDirectory} from '../helpers/memory-directory.js';
import {makeClient} from '../helpers/server.js';

/** Nothing on stderr: no warning either, above all not that a second SQLite is loaded. */
const CLEAN = {code: 0, signal: null, stderr: '', left: []};

test.serial('an example runs by the command that its page names', async (t) => {
	const temporary = makeMemoryDirectory(t);
	const {stdout} = await promisify(execFile)('npm', ['run', '--silent', 'example:drizzle'], {
		cwd: new URL('../..', import.meta.url),
		env: {...process.env, TMPDIR: temporary},
	});

	t.regex(stdout, /^Copied \/.*notes\.db, 2 pages by serialize/m);
});

for (const orm of ['drizzle', 'kysely']) {
	test.serial(`${orm}: the handle inside is copied, of a file and in memory`, async (t) => {
		const {stdout, ...end} = await startExample(t, `${orm}.ts`).ended;

		t.deepEqual(end, CLEAN);
		t.regex(stdout, /^Copied \/.*notes\.db, 2 pages by serialize/m);
		t.regex(stdout, /^Copied :memory:, 2 pages by serialize/m);
		t.is(stdout.match(/text: 'Back up the database'/g)?.length, 2);
	});
}

test.serial('tenants: one loop over 2,000 databases, in which one fails', async (t) => {
	const {stdout, ...end} = await startExample(t, 'tenants.ts').ended;

	t.deepEqual(end, CLEAN);
	t.regex(stdout, /^Copied 1999, failed 1, in [\d.]+ s: \d+ a second, 24\.6 MB$/m);
	for (const times of ['waited', 'ran']) {
		t.regex(stdout, new RegExp(`^${times} +p50 [\\d.]+ ms, p99 [\\d.]+ ms, max [\\d.]+ ms$`, 'm'));
	}

	t.regex(stdout, /^Tenant 42 failed: ERR_BACKUP_SOURCE: /m);
	t.regex(stdout, /^Opened 1999 copies: each is its tenant's$/m);
});

test.serial('tenants: Ctrl-C ends it, and nothing is left', async (t) => {
	const tenants = startExample(t, 'tenants.ts');
	await tenants.printed(/^Making/m);

	tenants.signal('SIGINT');

	const {stdout, ...end} = await tenants.ended;
	t.deepEqual(end, {...CLEAN, code: 130});
	t.notRegex(stdout, /^Copied/m);
});

test.serial('progress-ui: the server, with backups to watch', async (t) => {
	const program = startExample(t, 'progress-ui.ts', {PORT: '0'});
	const [, url = ''] = await program.printed(/^Open (.*)\/$/m);
	const page = await fetch(url);
	t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
	t.regex(await page.text(), /<h1>Backups<\/h1>/);
	const {list} = makeClient(url);
	let states = new Set<string>();
	while (!['queued', 'active', 'completed'].every((state) => states.has(state))) {
		states = new Set((await list()).map(({state}) => state));
		await sleep(20);
	}

	program.signal('SIGTERM');
	await program.printed(/^SIGTERM/m);
	program.signal('SIGINT');
	const {stdout, ...end} = await program.ended;
	t.deepEqual(end, {...CLEAN, code: 1}, stdout);
});

test.serial('prometheus: what the manager does is on the endpoint', async (t) => {
	const program = startExample(t, 'prometheus.ts', {PORT: '0'});
	const [, url = ''] = await program.printed(/^Open (.*\/metrics)\./m);
	await program.printed(/^Completed in/m);

	const response = await fetch(url);
	const text = await response.text();

	t.regex(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
	for (const line of [
		/^hotcopy_jobs\{state="active"\} 0$/m,
		/^hotcopy_jobs_total\{outcome="completed"\} [1-9]/m,
		/^hotcopy_jobs_total\{outcome="failed"\} \d/m,
		/^hotcopy_copied_bytes_total [1-9]\d{6,}$/m,
		/^hotcopy_duration_seconds_count\{strategy="\w+"\} [1-9]/m,
		/^hotcopy_wait_seconds_bucket\{le="\+Inf"\} [1-9]/m,
		/^hotcopy_last_success_timestamp_seconds\{target="[^"]*backup\.db"\} \d+/m,
		/^process_cpu_seconds_total /m,
	]) {
		t.regex(text, line);
	}

	program.signal('SIGTERM');
	const {stdout, ...end} = await program.ended;
	t.deepEqual(end, CLEAN, stdout);
});
