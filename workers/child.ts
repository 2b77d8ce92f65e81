import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {JobContext} from './context.ts';

/** How often a running child's job is looked at for a cancellation, in ms. */
const LOOK_INTERVAL = 5;

/**
 * Runs one of the programs in `children/`, with a question on its command line, and resolves to what it prints. It is
 * killed when the job is cancelled. Undefined where it cannot be started, or dies: then the work is to be done here.
 *
 * @throws Cancelled
 */
export async function runChild(program: URL, question: unknown, job: JobContext): Promise<string | undefined> {
	const {patience, reporter, control} = job;
	patience.throwIfCancelled();
	// Without the options of this process: a loader would cost time, and a debugger's port would be taken twice.
	const {NODE_OPTIONS: _, ...env} = process.env;
	const child = spawn(process.execPath, [fileURLToPath(program), JSON.stringify(question)], {
		env,
		// Its standard input is the leash: it closes when this process ends, however that happens.
		stdio: ['pipe', 'pipe', 'ignore'],
		windowsHide: true,
	});
	const {pid} = child;
	if (pid === undefined) {
		// No process, for want of descriptors or memory: then there are no pipes either, only an error that is still to come.
		await once(child, 'error');
		return undefined;
	}

	// Should this thread die, the main thread knows what to kill.
	reporter.post({type: 'child', pid, running: true});
	const watch = setInterval(() => {
		if (control.cancelled) child.kill('SIGKILL');
	}, LOOK_INTERVAL);

	let printed = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		printed += text;
	});
	const succeeded = await new Promise<boolean>((resolve) => {
		child.once('error', () => {
			resolve(false);
		});
		child.once('close', (code) => {
			resolve(code === 0);
		});
	});
	clearInterval(watch);
	reporter.post({type: 'child', pid, running: false});
	patience.throwIfCancelled();
	return succeeded ? printed : undefined;
}
