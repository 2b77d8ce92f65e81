import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';

/** A program of the torture, which prints `ready` and then lines. */
export interface Program {
	readonly lines: readonly string[];
	/** SIGKILL, and wait until it is gone. */
	kill(): Promise<void>;
}

export async function start(name: 'victim' | 'writer', ...args: string[]): Promise<Program> {
	const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
	const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, ['--import=tsx', file, ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines: string[] = [];
	const reader = createInterface(child.stdout);
	const ready = new Promise<void>((resolve, reject) => {
		reader.on('line', (line) => {
			if (line === 'ready') resolve();
			else lines.push(line);
		});
		child.once('exit', (code) => {
			reject(new Error(`The ${name} ended by itself, with code ${String(code)}`));
		});
	});
	const closed = once(reader, 'close');
	await ready;
	return {
		lines,
		async kill() {
			child.kill('SIGKILL');
			await closed;
			if (child.signalCode !== 'SIGKILL') await once(child, 'exit');
			if (child.signalCode !== 'SIGKILL')
				throw new Error(`The ${name} had ended by itself, with code ${String(child.exitCode)}`);
		},
	};
}
