import {SQLITE_BUSY, SQLITE_LOCKED} from '../src/constants.ts';
import type {Control} from '../src/control.ts';
import {BackupError} from '../src/errors.ts';
import type {CopyRequest} from '../src/protocol.ts';
import {Cancelled} from './failures.ts';
import type {Reporter} from './reporter.ts';
import {isBusy, sqliteCodeOf} from './sqlite.ts';

/** What holds a job up. */
export type Obstacle = 'source' | 'target';

const SHORTEST_SLEEP = 1;

/** How a job waits for other people's locks: outside SQLite, for `sleep` at a time, until it stalls or is cancelled. */
export class Patience {
	readonly #options: CopyRequest;
	readonly #control: Control;
	readonly #reporter: Reporter;
	/** When the first lock stood in the way since something got done. */
	#stalledAt: number | undefined;

	constructor(options: CopyRequest, control: Control, reporter: Reporter) {
		this.#options = options;
		this.#control = control;
		this.#reporter = reporter;
	}

	/** Something got done: the time without progress begins anew, with the next lock that stands in the way. */
	progressed(): void {
		this.#stalledAt = undefined;
	}

	/** Does something that locks may stand in the way of, again and again until it is done. */
	attempt<T>(obstacle: Obstacle, action: () => T): T {
		for (;;) {
			this.throwIfCancelled();
			try {
				return action();
			} catch (error) {
				if (!isBusy(error)) throw error;
				this.wait(obstacle, error);
			}
		}
	}

	/**
	 * Tells of a lock and sleeps. No lock of our own may be held.
	 *
	 * @param silent the callback has had its last report already
	 * @throws `BackupError` ERR_BACKUP_BUSY once there was no progress for `stallTimeout`.
	 */
	wait(obstacle: Obstacle, cause: unknown, silent = false): void {
		const {sleepMs, stallTimeout} = this.#options;
		// What took its time before, as the start of a process or a check does, was no wait for a lock.
		this.#stalledAt ??= performance.now();
		const left = this.#stalledAt + stallTimeout - performance.now();
		if (left <= 0) throw stalled(obstacle, stallTimeout, cause);

		this.#reporter.busyRetries++;
		if (!silent) {
			const status = sqliteCodeOf(cause)?.startsWith('SQLITE_LOCKED') === true ? SQLITE_LOCKED : SQLITE_BUSY;
			const {remaining, total} = this.#reporter.last;
			this.#reporter.step(status, remaining, total);
		}

		this.sleep(Math.min(Math.max(sleepMs, SHORTEST_SLEEP), left));
	}

	/** @throws Cancelled at once when the job is cancelled meanwhile. */
	sleep(ms: number): void {
		this.#control.wait(ms, () => this.#control.cancelled);
		this.throwIfCancelled();
	}

	throwIfCancelled(): void {
		if (this.#control.cancelled) throw new Cancelled();
	}
}

function stalled(obstacle: Obstacle, stallTimeout: number, cause: unknown): BackupError {
	const why = cause instanceof Error ? `: ${cause.message}` : '';
	return new BackupError(
		'ERR_BACKUP_BUSY',
		`The ${obstacle} was locked by another connection for ${String(stallTimeout)} ms without any progress${why}. Find who ` +
			'holds the lock, or raise "stallTimeout".',
		{cause, sqliteCode: sqliteCodeOf(cause) ?? 'SQLITE_BUSY'},
	);
}
