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
	type BackupErrorCode,
	type BackupEvents,
	type BackupOptions,
	type BackupResult,
	type BackupSource,
	type BackupTarget,
	type CompletedEvent,
	type DatabaseHandle,
	type FailedEvent,
	type JobInfo,
	type ManagerOptions,
	type ProgressCallback,
	type ProgressEvent,
	type ProgressStatus,
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
