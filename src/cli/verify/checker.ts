import {BackupError} from '../../errors.ts';
import type {VerifyDepth} from '../../options.ts';
import {startCheckProcess, type CheckProcess} from '../../../workers/verify/check-process.ts';
import {hasNewWal, type FinishedFile} from './finished-file.ts';
import {judge} from './judge.ts';

/** Has databases checked, one after another, in a process of its own: a signal kills it, whatever SQLite is doing. */
export class Checker {
	readonly #signal: AbortSignal;
	#process: CheckProcess | undefined;

	constructor(signal: AbortSignal) {
		this.#signal = signal;
		signal.addEventListener('abort', () => void this.#process?.kill());
	}

	/**
	 * @throws `BackupError` as `judge`; ERR_BACKUP_WORKER when no process can be started; the reason of the signal
	 */
	async check(file: FinishedFile, depth: VerifyDepth): Promise<void> {
		const checker = (this.#process ??= await this.#start(file));
		// The signal may have come before there was anything to kill.
		const answer = this.#signal.aborted ? undefined : await checker.ask({path: file.path, depth});
		if (answer !== undefined) {
			await judge(file, depth, answer);
			return;
		}

		await this.end();
		await this.#tidyUp(file);
		this.#signal.throwIfAborted();
		throw new BackupError(
			'ERR_BACKUP_VERIFY',
			`The process that checked ${file.name} died (${checker.ending}). Either somebody killed it, or the database is ` +
				'damaged in a way that SQLite does not survive. Check it again, or use another copy.',
		);
	}

	async end(): Promise<void> {
		const checker = this.#process;
		this.#process = undefined;
		await checker?.kill();
	}

	/** By SQLite, because nobody else can know that no connection has come to use it. */
	async #tidyUp(file: FinishedFile): Promise<void> {
		if (!(await hasNewWal(file))) return;
		const checker = await this.#start(file);
		await checker.ask({path: file.path, depth: 'none'});
		await checker.kill();
	}

	async #start({name}: FinishedFile): Promise<CheckProcess> {
		const checker = await startCheckProcess();
		if (checker !== undefined) return checker;
		throw new BackupError(
			'ERR_BACKUP_WORKER',
			`No process could be started to check ${name}. Check the limits of processes and open files (ulimit -u, ulimit -n).`,
		);
	}
}
