/** An application in TypeScript: type-checked only, under stricter settings than most have. */
import Database from 'better-sqlite3';
import {
	AbortError,
	backup,
	BACKUP_ERROR_CODES,
	BackupError,
	BackupManager,
	SQLITE_BUSY,
	SQLITE_DONE,
	SQLITE_LOCKED,
	SQLITE_OK,
	type BackupAllOptions,
	type BackupAllRequest,
	type BackupAllRequests,
	type BackupErrorCode,
	type BackupEvents,
	type BackupOptions,
	type BackupOutcome,
	type BackupResult,
	type BackupSource,
	type BackupTarget,
	type CompletedEvent,
	type DatabaseHandle,
	type FailedEvent,
	type FulfilledBackup,
	type HistogramSummary,
	type JobInfo,
	type ManagerOptions,
	type ManagerStats,
	type ProgressCallback,
	type ProgressEvent,
	type ProgressStatus,
	type RejectedBackup,
	type RestoreOptions,
	type RestoreResult,
	type SnapshotOptions,
	type StrategyName,
	type StrategyOption,
} from 'sqlite-hotcopy';

const database = new Database(':memory:');
const handle: DatabaseHandle = database;
const sources: BackupSource[] = ['app.db', new URL('file:///app.db'), database, handle];
const targets: BackupTarget[] = ['copy.db', new URL('file:///copy.db'), database];

const statuses: Record<ProgressStatus, string> = {
	[SQLITE_OK]: 'ok',
	[SQLITE_BUSY]: 'busy',
	[SQLITE_LOCKED]: 'locked',
	[SQLITE_DONE]: 'done',
};
const progress: ProgressCallback = (status, remaining, total) => {
	console.log(statuses[status], total - remaining);
};
const options: BackupOptions = {
	pages: 100,
	progress,
	name: 'main',
	attach: {other: 'other.db', another: new URL('file:///another.db')},
	sleep: 0.25,
	signal: AbortSignal.timeout(1000),
	maxRate: 1e6,
	snapshot: 'auto',
	strategy: 'pages',
	existing: 'fail',
	stallTimeout: Infinity,
	timeout: 60_000,
	mode: 0o600,
	journalMode: 'delete',
	priority: 1,
};
const managerOptions: ManagerOptions = {
	minThreads: 0,
	maxThreads: 2,
	idleTimeout: 1000,
	maxQueue: 10,
	closeTimeout: 1000,
	progressInterval: 100,
	defaults: options,
	resourceLimits: {maxOldGenerationSizeMb: 64},
	env: process.env,
};

await using manager = new BackupManager(managerOptions);
manager
	.on('queued', ({job}) => job.id.toUpperCase())
	.on('active', ({job}: {job: JobInfo}) => job.state === 'active')
	.on('progress', ({job, status, remaining, total}: ProgressEvent) => [
		job.restarts,
		statuses[status],
		remaining,
		total,
	])
	.on('completed', ({result}: CompletedEvent) => result.durationMs.toFixed())
	.on('failed', ({error}: FailedEvent) => error)
	.on('aborted', ({job, error}) => [job.target, error])
	.on('drain', () => {})
	.on('needsDrain', () => {});

for (const source of sources) {
	for (const target of targets) {
		const result: BackupResult = await manager.backup(source, target, options);
		const {jobId, strategy, pages, pageSize, bytes, restarts, busyRetries, queuedMs, durationMs} = result;
		console.log(jobId, strategy, pages * pageSize === bytes, restarts + busyRetries + queuedMs + durationMs);
	}
}

try {
	await backup('app.db', 'copy.db');
} catch (error) {
	if (error instanceof BackupError) {
		const code: BackupErrorCode = error.code;
		const known: boolean = BACKUP_ERROR_CODES.includes(code);
		const sqliteCode: string | undefined = error.sqliteCode;
		console.log(known, sqliteCode, error.jobId?.length, error.cause);
		// @ts-expect-error -- a code that does not exist
		if (error.code === 'ERR_BACKUP_NONE') throw error;
	} else if (error instanceof AbortError) {
		const code: 'ABORT_ERR' = error.code;
		console.log(code);
	}
}

for (const job of manager.jobs) {
	console.log(job.id);
	// @ts-expect-error -- read-only
	job.id = '';
}

const requests: BackupAllRequest[] = [
	{source: 'app.db', target: 'copy.db'},
	{source: database, target: new URL('file:///copy.db'), options},
];
const allOptions: BackupAllOptions = {concurrency: 8, signal: AbortSignal.timeout(1000)};
for await (const outcome of manager.backupAll(requests, allOptions)) {
	const same: BackupOutcome = outcome;
	console.log(same.request.source);
	switch (outcome.status) {
		case 'fulfilled': {
			const {result}: FulfilledBackup = outcome;
			console.log(result.bytes.toFixed());
			// @ts-expect-error -- there is a result instead
			console.log(outcome.reason);
			break;
		}

		case 'rejected': {
			const {reason}: RejectedBackup = outcome;
			// @ts-expect-error -- anything may have been thrown
			console.log(reason.message);
			break;
		}
	}
}

interface TenantRequest extends BackupAllRequest {
	readonly tenant: number;
}

async function* tenants(): AsyncGenerator<TenantRequest> {
	for (let tenant = 0; tenant < 10; tenant++) yield {tenant, source: 'app.db', target: `${String(tenant)}.db`};
}

const shapes: BackupAllRequests<TenantRequest>[] = [tenants(), new Set<TenantRequest>()];
for (const shape of shapes) {
	const loop: AsyncGenerator<BackupOutcome<TenantRequest>, void> = manager.backupAll(shape);
	const {value} = await loop.next();
	if (typeof value === 'object') console.log(value.request.tenant.toFixed());
	await loop.return();
	await loop[Symbol.asyncDispose]();
}

const restoreOptions: RestoreOptions = {
	pages: 100,
	progress,
	sleep: 0.25,
	signal: AbortSignal.timeout(1000),
	maxRate: 1e6,
	strategy: 'pages',
	stallTimeout: Infinity,
	timeout: 60_000,
	mode: 0o600,
	priority: 1,
	verify: 'quick',
	safetyCopy: new URL('file:///before.db'),
};
const restored: RestoreResult = await manager.restore('copy.db', handle, restoreOptions);
const asBackup: BackupResult = restored;
const kept: string | undefined = restored.safetyCopy;
console.log(asBackup.verified, kept?.length);

const strategies: readonly StrategyName[] = ['pages', 'serialize', 'clone', 'vacuum'];
const strategy: StrategyOption = strategies[0] ?? 'auto';
const snapshotOptions: SnapshotOptions = {
	pages: 100,
	progress,
	name: 'main',
	attach: {other: 'other.db'},
	sleep: 0.25,
	signal: AbortSignal.timeout(1000),
	maxRate: 1e6,
	snapshot: 'pin',
	strategy,
	verify: 'full',
	maxWalBytes: 1e9,
	stallTimeout: Infinity,
	timeout: 60_000,
	priority: 1,
};
for (const source of sources) {
	const bytes: Buffer = await manager.snapshot(source, snapshotOptions);
	new Database(bytes).close();
}

const made: StrategyName = restored.strategy;
console.log(made.length, (await manager.snapshot('app.db')).length);

const stats: ManagerStats = manager.stats;
const runTime: HistogramSummary = stats.runTime;
const {queued, active, completed, failed, aborted, bytes: copied, waitTime} = stats;
console.log(queued + active + completed + failed + aborted + copied, waitTime.p99_9 + runTime.mean + runTime.count);

const names: (keyof BackupEvents)[] = manager.eventNames();
console.log(names);
await manager.close({force: true});
await manager.destroy();

// @ts-expect-error -- a misspelt option
await backup('app.db', 'copy.db', {page: 1});
// @ts-expect-error -- no such way to treat a target
await backup('app.db', 'copy.db', {existing: 'append'});
// @ts-expect-error -- not a source
await backup(42, 'copy.db');
// @ts-expect-error -- not a database
await backup('app.db', {open: true});
// @ts-expect-error -- no such event
manager.on('error', () => {});
// @ts-expect-error -- a misspelt manager option
new BackupManager({maxThread: 1});
// @ts-expect-error -- read-only
options.pages = 1;
// @ts-expect-error -- not requests
manager.backupAll('app.db');
// @ts-expect-error -- not a request
manager.backupAll([{source: 'app.db'}]);
// @ts-expect-error -- a misspelt option
manager.backupAll(requests, {concurency: 1});
// @ts-expect-error -- a backup is a file
await manager.restore(database, 'app.db');
// @ts-expect-error -- there is no restore without a check
await manager.restore('copy.db', 'app.db', {verify: false});
// @ts-expect-error -- a restore always overwrites
await manager.restore('copy.db', 'app.db', {existing: 'replace'});
// @ts-expect-error -- read-only
stats.completed = 0;
// @ts-expect-error -- a snapshot has no file that could exist
await manager.snapshot('app.db', {existing: 'replace'});
// @ts-expect-error -- nor permissions
await manager.snapshot('app.db', {mode: 0o600});
// @ts-expect-error -- nor a journal mode
await manager.snapshot('app.db', {journalMode: 'delete'});
// @ts-expect-error -- nor a checksum
await manager.snapshot('app.db', {checksum: 'sha256'});
// @ts-expect-error -- no such strategy
await backup('app.db', 'copy.db', {strategy: 'fastest'});
// @ts-expect-error -- it is what ran, and 'auto' is no way to copy
const never: StrategyName = 'auto';
// @ts-expect-error -- read-only
snapshotOptions.pages = 1;
