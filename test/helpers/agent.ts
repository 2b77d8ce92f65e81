import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {BackupOptions, StrategyName} from '../../src/index.js';
import {LOADER} from './loader.js';
import type {User} from './user.js';

/** A backup for an agent to make, or a snapshot. */
export interface AgentQuestion {
	readonly source: string;
	/** Undefined: memory. */
	readonly target?: string;
	readonly options?: BackupOptions;
	/** How many files the process can still open when the backup begins. Without it: enough. */
	readonly descriptors?: number;
	/** By a manager that has no thread yet. */
	readonly fresh?: boolean;
}

/** How it ended. */
export interface AgentAnswer {
	/** Undefined if it failed, as is the next. */
	readonly bytes?: number;
	readonly strategy?: StrategyName;
	/** Undefined if it was no `BackupError`. */
	readonly code?: string;
	readonly sqliteCode?: string | undefined;
	readonly message?: string;
}

/** Another process that makes backups, one after another. */
export interface Agent {
	/** @throws Error when the process ends instead of answering */
	backup(question: AgentQuestion): Promise<AgentAnswer>;
	stop(): Promise<void>;
}

export interface AgentOptions {
	/** As which user; without it, as this one. */
	readonly user?: User | undefined;
	/** For the shell's `ulimit`: `-n 100` for descriptors, `-f 200` for the size of a file in units of 512 bytes. */
	readonly limit?: string;
}

export async function startAgent({user, limit = '-c 0'}: AgentOptions = {}): Promise<Agent> {
	const program = fileURLToPath(new URL('../fixtures/agent.ts', import.meta.url));
	const child = spawn('/bin/sh', ['-c', `ulimit ${limit} && exec "$0" "$@"`, process.execPath, LOADER, program], {
		...user?.ids,
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const exited = once(child, 'exit');
	const died = exited.then(([code, signal]) => {
		throw new Error(`The agent ended instead of answering, with ${String(code ?? signal)}`);
	});
	// Its natural end is no failure.
	died.catch(() => undefined);
	await Promise.race([once(child, 'message'), died]);
	return {
		async backup(question) {
			const answered = once(child, 'message');
			child.send(question);
			const [answer] = (await Promise.race([answered, died])) as [AgentAnswer];
			return answer;
		},
		async stop() {
			if (child.connected) child.disconnect();
			await exited;
		},
	};
}
