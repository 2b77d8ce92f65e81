import {BackupError} from '../../src/errors.ts';
import type {JobContext} from '../context.ts';
import {startCheckProcess, type CheckProcess} from './check-process.ts';
import type {VerifyAnswer, VerifyQuestion} from './check.ts';

/** How often a running check's job is looked at for a cancellation, in ms. */
const LOOK_INTERVAL = 5;

/** One for each thread, kept for the next job: to start a process takes longer than to check a small database. */
let kept: CheckProcess | undefined;

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

	const checker = await startCheckProcess();
	if (checker === undefined) return undefined;
	const second = await ask(checker, question, job);
	if (second !== undefined) return second;
	throw new BackupError(
		'ERR_BACKUP_VERIFY',
		`The process that checked the copy died (${checker.ending}), so the copy was not published. Either ` +
			'somebody killed it, or the database is damaged in a way that SQLite does not survive.',
	);
}

/** Undefined when the process died. */
async function ask(
	checker: CheckProcess,
	question: VerifyQuestion,
	{reporter, control, patience}: JobContext,
): Promise<VerifyAnswer | undefined> {
	const {pid} = checker;
	// Should this thread die, the main thread knows what to kill.
	reporter.post({type: 'child', pid, running: true});
	const watch = setInterval(() => {
		if (control.cancelled) void checker.kill();
	}, LOOK_INTERVAL);
	let answer: VerifyAnswer | undefined;
	try {
		answer = await checker.ask(question);
	} finally {
		clearInterval(watch);
		reporter.post({type: 'child', pid, running: false});
	}

	patience.throwIfCancelled();
	if (answer !== undefined) kept = checker;
	return answer;
}
