import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import type {BackupOptions, ManagerOptions, StrategyName} from '../../src/index.js';

export interface ApartJob {
	readonly source: string;
	readonly target: string;
	readonly options?: BackupOptions;
}

export interface ApartOptions {
	readonly env?: NodeJS.ProcessEnv;
	readonly manager?: ManagerOptions;
	/** File descriptors that it may have, where that is not what it would have anyway. */
	readonly descriptors?: number;
	/** Whether the jobs run at a time, rather than one after another. */
	readonly together?: boolean;
}

export interface ApartOutcome {
	readonly status: 'fulfilled' | 'rejected' | 'hung';
	/** By which it was fulfilled. */
	readonly strategy?: StrategyName;
	readonly code?: string;
	readonly message?: string;
}

export interface Apart {
	readonly pid: number;
	/** The next outcome; `hung` when none comes in a time in which any job that is not stuck would be done. */
	readonly next: () => Promise<ApartOutcome>;
	readonly kill: () => Promise<void>;
}

/** Many times what a job of these tests takes on a busy machine. */
const PATIENCE = 30_000;

/**
 * Makes backups in a process of their own, which can be killed where a job would never let go of its thread. It runs
 * without a loader, so that it may have few rights and few file descriptors.
 */
export function backupApart(t: ExecutionContext, jobs: readonly ApartJob[], options: ApartOptions = {}): Apart {
	const {env = {}, manager = {}, descriptors, together = false} = options;
	const program = fileURLToPath(new URL('../fixtures/apart.ts', import.meta.url));
	const question = JSON.stringify({jobs, manager, together});
	const limit = descriptors === undefined ? '' : `ulimit -n ${String(descriptors)}; `;
	const child = spawn('sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, program, question], {
		stdio: ['ignore', 'pipe', 'inherit'],
		env: {...process.env, NODE_OPTIONS: '', ...env},
	});
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const closed = once(child, 'close');
	const kill = async (): Promise<void> => {
		child.kill('SIGKILL');
		await closed;
	};
	t.teardown(kill);
	return {
		pid: child.pid ?? 0,
		async next() {
			const line = await Promise.race([lines.next(), sleep(PATIENCE, undefined, {ref: false})]);
			if (line === undefined) return {status: 'hung'};
			if (line.done === true) throw new Error('The process of the backups ended without an outcome');
			return JSON.parse(line.value) as ApartOutcome;
		},
		kill,
	};
}
