import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {createInterface, type Interface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {BackupError} from '../../src/errors.ts';
import {siblingModule} from '../../src/sibling.ts';
import type {JobContext} from '../context.ts';
import type {VerifyAnswer, VerifyQuestion} from './check.ts';

const PROGRAM = siblingModule('../children/verify', import.meta.url);

/** How often a running check's job is looked at for a cancellation, in ms. */
const LOOK_INTERVAL = 5;

interface Checker {
	readonly child: ChildProcessByStdio<Writable, Readable, null>;
	readonly lines: Interface;
}

/** One for each thread, kept for the next job: to start a process takes longer than to check a small database. */
let kept: Checker | undefined;

/**
 * Has a child process check a database. It is killed when the job is cancelled. Undefined where none can be started: then
 * the work is to be done here.
 *
 * @throws Cancelled; `BackupError` ERR_BACKUP_VERIFY when the process died, which the check must not do to this one
 */
export async function askChecker(question: VerifyQuestion, job: JobContext): Promise<VerifyAnswer | undefined> {
	job.patience.throwIfCancelled();
	const old = kept;
	kept = undefined;
	// One that was kept may have died since: that says nothing about this database.
	const answer = old === undefined ? undefined : await ask(old, question, job);
	if (answer !== undefined) return answer;

	const checker = await start();
	if (checker === undefined) return undefined;
	const second = await ask(checker, question, job);
	if (second !== undefined) return second;
	const {signalCode, exitCode} = checker.child;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The process that checked the copy died (${signalCode ?? String(exitCode)}), so the copy was not published. Either ` +
			'somebody killed it, or the database is damaged in a way that SQLite does not survive.',
	);
}

/** Undefined when the process died. */
async function ask(checker: Checker, question: VerifyQuestion, job: JobContext): Promise<VerifyAnswer | undefined> {
	const {child, lines} = checker;
	const {reporter, control, patience} = job;
	const pid = child.pid ?? 0;
	// Should this thread die, the main thread knows what to kill.
	reporter.post({type: 'child', pid, running: true});
	const watch = setInterval(() => {
		if (control.cancelled) child.kill('SIGKILL');
	}, LOOK_INTERVAL);
	let answer: string | undefined;
	try {
		answer = await new Promise<string | undefined>((resolve) => {
			lines.once('line', resolve);
			lines.once('close', () => {
				resolve(undefined);
			});
			child.stdin.write(`${JSON.stringify(question)}\n`);
		});
	} finally {
		clearInterval(watch);
		reporter.post({type: 'child', pid, running: false});
	}

	patience.throwIfCancelled();
	if (answer === undefined) return undefined;
	lines.removeAllListeners('close');
	kept = checker;
	// Only our own program writes to this pipe.
	return JSON.parse(answer) as VerifyAnswer;
}

async function start(): Promise<Checker | undefined> {
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
		return {child, lines: createInterface(child.stdout)};
	} catch {
		// Not even an attempt was possible, for want of rights or descriptors.
		return undefined;
	}
}
