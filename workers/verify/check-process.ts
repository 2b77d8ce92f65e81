import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {siblingModule} from '../../src/sibling.ts';
import type {VerifyAnswer, VerifyQuestion} from './check.ts';

const PROGRAM = siblingModule('../children/verify', import.meta.url);

/** A process that checks databases, one after another. Nobody can stop SQLite in the middle of a check; a process can be killed. */
export interface CheckProcess {
	readonly pid: number;
	/** Undefined when the process died, now or before. */
	ask(question: VerifyQuestion): Promise<VerifyAnswer | undefined>;
	/** Resolves when it is gone. */
	kill(): Promise<void>;
	/** How it ended: a signal's name or an exit code. */
	readonly ending: string;
}

/** Undefined where none can be started. */
export async function startCheckProcess(): Promise<CheckProcess | undefined> {
	// Without the options of this process: a loader would cost time, and a debugger's port would be taken twice.
	const {NODE_OPTIONS: _, ...env} = process.env;
	try {
		const child = spawn(process.execPath, [fileURLToPath(PROGRAM)], {
			env,
			// Its standard input is the leash: it closes when this thread or process ends, however that happens.
			stdio: ['pipe', 'pipe', 'ignore'],
			windowsHide: true,
		});
		const started = await new Promise<boolean>((resolve) => {
			child.once('spawn', () => {
				resolve(true);
			});
			child.once('error', () => {
				resolve(false);
			});
		});
		if (!started) return undefined;
		// A process that dies is noticed by the end of its output; what else it causes must not end this thread.
		child.on('error', () => undefined);
		child.stdin.on('error', () => undefined);
		const lines = createInterface(child.stdout);
		// From now on: one that dies between two questions says so only once.
		const died = new Promise<undefined>((resolve) => {
			lines.once('close', () => {
				resolve(undefined);
			});
		});
		const gone = new Promise<void>((resolve) => {
			child.once('exit', () => {
				resolve();
			});
		});
		return {
			pid: child.pid ?? 0,
			async ask(question) {
				const line = new Promise<string>((resolve) => {
					lines.once('line', resolve);
				});
				child.stdin.write(`${JSON.stringify(question)}\n`);
				const answer = await Promise.race([line, died]);
				// Only our own program writes to this pipe.
				return answer === undefined ? undefined : (JSON.parse(answer) as VerifyAnswer);
			},
			async kill() {
				child.kill('SIGKILL');
				await gone;
			},
			get ending() {
				return child.signalCode ?? String(child.exitCode);
			},
		};
	} catch {
		// Not even an attempt was possible, for want of rights or descriptors.
		return undefined;
	}
}
