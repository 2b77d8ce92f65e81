import './node-version.ts';

export {backup} from './shared.ts';
export {BackupManager, type CloseOptions} from './manager.ts';
export {AbortError, BackupError, BACKUP_ERROR_CODES, type BackupErrorCode, type BackupErrorDetails} from './errors.ts';
export {SQLITE_BUSY, SQLITE_DONE, SQLITE_LOCKED, SQLITE_OK, type ProgressStatus} from './constants.ts';
export type {
	BackupOptions,
	ChecksumOption,
	ExistingMode,
	JournalModeOption,
	ProgressCallback,
	SnapshotMode,
	SnapshotOptions,
	StrategyName,
	StrategyOption,
	VerifyOption,
} from './options.ts';
export type {ManagerOptions, ThreadOptions} from './manager-options.ts';
export type {BackupEvents, CompletedEvent, FailedEvent, JobEvent, ProgressEvent} from './events.ts';
export type {FailedState, JobInfo, JobState} from './job.ts';
export type {BackupAllOptions} from './backup-all-options.ts';
export type {
	BackupAllRequest,
	BackupAllRequests,
	BackupOutcome,
	FulfilledBackup,
	RejectedBackup,
} from './backup-all.ts';
export type {ManagerStats} from './stats.ts';
export type {HistogramSummary} from './histogram.ts';
export type {RestoreOptions} from './restore-options.ts';
export type {BackupResult, RestoreResult} from './result.ts';
export type {BackupSource} from './source.ts';
export type {BackupTarget} from './target.ts';
export type {DatabaseHandle, PreparedQuery} from './handle.ts';
