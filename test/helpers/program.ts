import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import type {ExecutionContext} from 'ava';

/** Whether a program that a test needs is installed here. */
export function isInstalled(command: string): boolean {
	return spawnSync(command, ['--version'], {stdio: 'ignore'}).status === 0;
}

/** Another program at work. */
export interface Program {
	/** Kills it, and tells what it has complained of. */
	kill(): Promise<string>;
}

/** Starts a program, which is killed at the end of the test if it still runs, with all that it has started. */
export function startProgram(t: ExecutionContext, command: string, args: readonly string[]): Program {
	// A process group of its own, so that it can be killed as a whole.
	const child = spawn(command, args, {detached: true, stdio: ['ignore', 'ignore', 'pipe']});
	const closed = once(child, 'close');
	let complaints = '';
	child.stderr.on('data', (chunk: Buffer) => {
		complaints += chunk.toString();
	});
	const kill = async (): Promise<string> => {
		if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
			process.kill(-child.pid, 'SIGKILL');
		}

		await closed;
		return complaints;
	};
	t.teardown(kill);
	return {kill};
}
