import {join} from 'node:path';
import test from 'ava';
import {Registry} from 'prom-client';
import {registerMetrics} from '../../examples/prometheus/metrics.js';
import {BackupManager} from '../../src/index.js';
import {makeDirectory} from '../helpers/directory.js';
import {makeGate} from '../helpers/gate.js';
import {makeTenants} from '../helpers/tenants.js';
import {until} from '../helpers/until.js';

test.serial('each job is in the metrics where it stands, and how it ended', async (t) => {
	const directory = makeDirectory(t);
	await using manager = new BackupManager({maxThreads: 1});
	const registry = new Registry();
	registerMetrics(registry, manager);
	const gate = await makeGate(t, directory);
	const [first, second] = makeTenants(directory, 2);
	if (first === undefined || second === undefined) throw new Error('There were to be two');
	const controller = new AbortController();
	const jobs = Promise.allSettled([
		manager.backup(gate.source, first.target),
		manager.backup(first.source, second.target),
		manager.backup(join(directory, 'missing.db'), join(directory, 'copy.db')),
		manager.backup(second.source, join(directory, 'other.db'), {signal: controller.signal}),
	]);
	await until(() => manager.stats.active === 1);
	const lines = async (): Promise<string[]> => (await registry.metrics()).split('\n');

	const during = await lines();
	t.true(during.includes('hotcopy_jobs{state="queued"} 3'));
	t.true(during.includes('hotcopy_jobs{state="active"} 1'));

	controller.abort();
	await gate.open();
	const results = (await jobs).flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));

	// Asked for twice: what is read from `stats` must not add up.
	await lines();
	const after = await lines();
	const {bytes} = manager.stats;
	for (const line of [
		'hotcopy_jobs{state="queued"} 0',
		'hotcopy_jobs{state="active"} 0',
		'hotcopy_jobs_total{outcome="completed"} 2',
		'hotcopy_jobs_total{outcome="failed"} 1',
		'hotcopy_jobs_total{outcome="aborted"} 1',
		`hotcopy_copied_bytes_total ${String(bytes)}`,
		'hotcopy_duration_seconds_count{strategy="serialize"} 2',
		'hotcopy_wait_seconds_count 2',
		'hotcopy_failures_total{code="ERR_BACKUP_SOURCE"} 1',
	]) {
		t.true(after.includes(line), line);
	}

	for (const [name, times] of [
		['hotcopy_duration_seconds_sum{strategy="serialize"}', results.map(({durationMs}) => durationMs)],
		['hotcopy_wait_seconds_sum', results.map(({queuedMs}) => queuedMs)],
	] as const) {
		const seconds = Number(after.find((line) => line.startsWith(name))?.split(' ')[1]);
		const expected = times.reduce((sum, ms) => sum + ms, 0) / 1000;
		t.true(Math.abs(seconds - expected) < 1e-6, `${name}: ${String(seconds)} for ${String(expected)}`);
	}

	t.is(after.filter((line) => line.startsWith('hotcopy_last_success_timestamp_seconds{')).length, 2);
});
