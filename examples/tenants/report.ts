import {BackupError, type HistogramSummary, type ManagerStats} from 'sqlite-hotcopy';

export interface Failure {
	readonly tenant: number;
	readonly reason: unknown;
}

/** What a run has come to, in a few lines. */
export function describeRun(stats: ManagerStats, seconds: number, failures: readonly Failure[]): string {
	const {completed, failed, bytes, waitTime, runTime} = stats;
	return [
		`Copied ${String(completed)}, failed ${String(failed)}, in ${seconds.toFixed(1)} s: ` +
			`${(completed / seconds).toFixed(0)} a second, ${(bytes / 1e6).toFixed(1)} MB`,
		`waited  ${describeTimes(waitTime)}`,
		`ran     ${describeTimes(runTime)}`,
		...failures.map(describeFailure),
	].join('\n');
}

function describeTimes({p50, p99, max}: HistogramSummary): string {
	const [median, slow, slowest] = [p50, p99, max].map((ms) => `${ms.toFixed(1)} ms`);
	return `p50 ${String(median)}, p99 ${String(slow)}, max ${String(slowest)}`;
}

function describeFailure({tenant, reason}: Failure): string {
	const why = reason instanceof BackupError ? `${reason.code}: ${reason.message}` : String(reason);
	return `Tenant ${String(tenant)} failed: ${why}`;
}
