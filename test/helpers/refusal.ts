import type {ExecutionContext} from 'ava';
import {
	BackupManager,
	type BackupOptions,
	type BackupSource,
	type BackupTarget,
	type ManagerOptions,
} from '../../src/index.js';

/** The class of an error for a wrong argument, and what its message must say. */
export interface Refusal {
	readonly kind: 'TypeError' | 'RangeError';
	/** Each must be part of the message. */
	readonly says: readonly string[];
}

const CLASSES = {TypeError, RangeError};

/** Any three arguments, also such as no TypeScript user could pass. */
export type Arguments = readonly [source: unknown, target: unknown, options?: unknown];

/** Calls `backup` with arguments that its types may forbid. */
export async function callBackup(manager: BackupManager, [source, target, options]: Arguments): Promise<unknown> {
	return await manager.backup(source as BackupSource, target as BackupTarget, options as BackupOptions);
}

/** The call gives a promise that is rejected, and no job comes of it. */
export async function assertBackupRefused(t: ExecutionContext, args: Arguments, refusal: Refusal): Promise<void> {
	const manager = new BackupManager();
	const events: string[] = [];
	for (const event of ['queued', 'active', 'failed', 'aborted'] as const) manager.on(event, () => events.push(event));

	const promise = callBackup(manager, args);
	t.deepEqual(manager.jobs, []);
	const error = await t.throwsAsync(promise, {instanceOf: CLASSES[refusal.kind]});
	assertSays(t, error, refusal);
	t.deepEqual(events, []);
	await manager.close();
}

export function assertManagerRefused(t: ExecutionContext, options: unknown, refusal: Refusal): void {
	const error = t.throws(() => new BackupManager(options as ManagerOptions), {instanceOf: CLASSES[refusal.kind]});
	assertSays(t, error, refusal);
}

function assertSays(t: ExecutionContext, error: Error, {kind, says}: Refusal): void {
	t.is(error.name, kind);
	for (const part of says) t.true(error.message.includes(part), `"${error.message}" says ${part}`);
}
