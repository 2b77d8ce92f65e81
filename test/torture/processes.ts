import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';

export type ProgramName = 'victim' | 'writer' | 'meddler';

/** A program of the torture, which prints `ready` and then lines. */
export interface Program {
	readonly lines: readonly string[];
	/** SIGKILL, and wait until it is gone. */
	kill(): Promise<void>;
}

/** @throws Error when it ends by itself, but by a signal */
export async function start(name: ProgramName, order: object): Promise<Program> {
	const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
	// Without a loader, which would take more time than they live.
	const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [file, JSON.stringify(order)], {
		stdio: ['ignore', 'pipe', 'inherit'],
		env: {...process.env, NODE_OPTIONS: ''},
	});
	const lines: string[] = [];
	const reader = createInterface(child.stdout);
	const closed = Promise.all([once(reader, 'close'), once(child, 'exit')]);
	const ready = new Promise<void>((resolve) => {
		reader.on('line', (line) => {
			if (line === 'ready') resolve();
			else lines.push(line);
		});
	});
	const check = (): void => {
		if (child.exitCode !== null) throw new Error(`The ${name} ended by itself, with code ${String(child.exitCode)}`);
	};
	await Promise.race([ready, closed]);
	check();
	return {
		lines,
		async kill() {
			child.kill('SIGKILL');
			await closed;
			check();
		},
	};
}
