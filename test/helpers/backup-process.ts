import type {ExecutionContext} from 'ava';
import type {BackupOptions, BackupResult, RestoreOptions} from '../../src/index.js';
import {startChild, type Child, type ChildOptions} from './child.js';

export interface BackupOrder {
	readonly source: string;
	readonly target: string;
	readonly options?: BackupOptions;
	/** The options of a restore, where it is to be one. */
	readonly restore?: RestoreOptions;
	/** A snapshot is taken instead, and the target left alone. */
	readonly snapshot?: boolean;
}

export interface BackupOutcome {
	readonly status: 'fulfilled' | 'rejected';
	readonly result?: BackupResult;
	readonly code?: string;
	readonly message?: string;
}

export interface BackupProcess {
	readonly child: Child;
	/** Makes the backup. */
	readonly run: () => Promise<BackupOutcome>;
}

/** Another process with the library loaded, ready to make one backup. */
export async function startBackupProcess(
	t: ExecutionContext,
	order: BackupOrder,
	options?: ChildOptions,
): Promise<BackupProcess> {
	const child = startChild(t, 'backup.ts', [order], {sources: true, ...options});
	await child.receive();
	return {
		child,
		async run() {
			child.send('go');
			return (await child.receive()) as BackupOutcome;
		},
	};
}

/** Another process that has stopped in the middle of its copy, with its staging file half written. */
export async function holdBackupProcess(
	t: ExecutionContext,
	order: BackupOrder,
	options?: ChildOptions,
): Promise<Child> {
	const child = startChild(t, 'backup.ts', [{...order, hold: true}], {sources: true, ...options});
	await child.receive();
	child.send('go');
	const message = await child.receive();
	if (message !== 'held') throw new Error(`Expected the copy to be held, but got ${JSON.stringify(message)}`);
	return child;
}
