import {Counter, Gauge, Histogram, type Registry} from 'prom-client';
import {BackupError, type BackupManager} from 'sqlite-hotcopy';

/** Seconds: from a small database on a fast disk to a large one at a low rate. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1800];

/**
 * Registers what a manager does as metrics. The counts are its `stats`, read when Prometheus asks; the rest is collected
 * from its events.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export function registerMetrics(registry: Registry, manager: BackupManager): void {
	const registers = [registry];
	new Gauge({
		name: 'hotcopy_jobs',
		help: 'Backups that wait or run',
		labelNames: ['state'],
		registers,
		collect() {
			const {queued, active} = manager.stats;
			this.set({state: 'queued'}, queued);
			this.set({state: 'active'}, active);
		},
	});
	new Counter({
		name: 'hotcopy_jobs_total',
		help: 'Backups that have ended',
		labelNames: ['outcome'],
		registers,
		collect() {
			const {completed, failed, aborted} = manager.stats;
			this.reset();
			for (const [outcome, count] of Object.entries({completed, failed, aborted})) this.inc({outcome}, count);
		},
	});
	new Counter({
		name: 'hotcopy_copied_bytes_total',
		help: 'Bytes in the copies of completed backups',
		registers,
		collect() {
			this.reset();
			this.inc(manager.stats.bytes);
		},
	});
	collectFromEvents(registry, manager);
}

function collectFromEvents(registry: Registry, manager: BackupManager): void {
	const registers = [registry];
	const duration = new Histogram({
		name: 'hotcopy_duration_seconds',
		help: 'How long completed backups ran',
		labelNames: ['strategy'],
		buckets: BUCKETS,
		registers,
	});
	const wait = new Histogram({
		name: 'hotcopy_wait_seconds',
		help: 'How long completed backups waited for their turn',
		buckets: BUCKETS,
		registers,
	});
	const failures = new Counter({
		name: 'hotcopy_failures_total',
		help: 'Backups that failed, by the code of their error',
		labelNames: ['code'],
		registers,
	});
	// What an alert is made from: `time() - hotcopy_last_success_timestamp_seconds > 86400`. A label for each target is for
	// some targets: a fleet does with the newest of all.
	const lastSuccess = new Gauge({
		name: 'hotcopy_last_success_timestamp_seconds',
		help: 'When a backup to this target was completed last',
		labelNames: ['target'],
		registers,
	});
	manager.on('completed', ({result}) => {
		duration.observe({strategy: result.strategy}, result.durationMs / 1000);
		wait.observe(result.queuedMs / 1000);
		lastSuccess.set({target: result.target}, Date.now() / 1000);
	});
	manager.on('failed', ({error}) => {
		failures.inc({code: error instanceof BackupError ? error.code : 'other'});
	});
}
