import './node-version.js';

export {backup} from './shared.js';
export {BackupManager, type CloseOptions} from './manager.js';
export {AbortError, BackupError, BACKUP_ERROR_CODES, type BackupErrorCode, type BackupErrorDetails} from './errors.js';
export {SQLITE_BUSY, SQLITE_DONE, SQLITE_LOCKED, SQLITE_OK, type ProgressStatus} from './constants.js';
export type {
	BackupOptions,
	ChecksumOption,
	ExistingMode,
	JournalModeOption,
	ProgressCallback,
	SnapshotMode,
	StrategyName,
	StrategyOption,
	VerifyOption,
} from './options.js';
export type {ManagerOptions, ThreadOptions} from './manager-options.js';
export type {BackupEvents, CompletedEvent, FailedEvent, JobEvent, ProgressEvent} from './events.js';
export type {JobInfo, JobState} from './job.js';
export type {BackupResult} from './result.js';
export type {BackupSource} from './source.js';
export type {BackupTarget} from './target.js';
export type {DatabaseHandle} from './handle.js';
