import {SQLITE_DONE, SQLITE_OK, type ProgressStatus} from '../src/constants.ts';
import type {Control} from '../src/control.ts';
import type {BackupRequest, StepsMessage, TickMessage, WorkerMessage} from '../src/protocol.ts';
import {Cancelled} from './failures.ts';

/**
 * Step reports that the main thread may have and not yet have acknowledged. Few, so that memory stays bounded and an
 * exception in the callback is heard of soon; more than one, so that the copy need not wait for each.
 */
const MAX_UNACKNOWLEDGED = 64;

type Report = Omit<StepsMessage, 'type' | 'stride' | 'count'>;
type Run = Omit<StepsMessage, 'type'>;

/** A job's voice: every step to the `progress` callback, in order and none lost, and now and then a tick for events. */
export class Reporter {
	restarts = 0;
	busyRetries = 0;
	walBytes = 0;
	/** Bytes in a page of the source, once a strategy knows it. */
	pageSize = 0;
	readonly #request: BackupRequest;
	readonly #control: Control;
	/** Reports that wait for their turn, as runs: a steady copy of any length is a single one. */
	readonly #backlog: Run[] = [];
	#last: Report = {status: SQLITE_OK, remaining: 0, total: 0};
	#sent = 0;
	#tickedAt = -Infinity;

	constructor(request: BackupRequest, control: Control) {
		this.#request = request;
		this.#control = control;
	}

	/** Where the copy stood when last told of. */
	get last(): Readonly<Report> {
		return this.#last;
	}

	/** A step is over. The report is sent when there is room for it; this never waits. */
	step(status: ProgressStatus, remaining: number, total: number): void {
		if (this.#request.report.steps) {
			this.#append({status, remaining, total});
			this.#send();
		}

		this.tick(status, remaining, total);
	}

	/** News for `progress` events, which are rationed: all but the first in an interval, and the very last, are left out. */
	tick(status: ProgressStatus, remaining: number, total: number): void {
		this.#last = {status, remaining, total};
		const now = performance.now();
		if (status !== SQLITE_DONE && now - this.#tickedAt < this.#request.report.tickInterval) return;
		this.#tickedAt = now;
		const message: TickMessage = {
			type: 'tick',
			status,
			remaining,
			total,
			pageSize: this.pageSize,
			restarts: this.restarts,
			busyRetries: this.busyRetries,
			walBytes: this.walBytes,
		};
		this.post(message);
	}

	/**
	 * Waits until the callback has had every report. Never to be called while a lock is held that the main thread may be
	 * waiting for inside SQLite: neither would ever get on.
	 *
	 * @throws Cancelled when the job is cancelled, which is also what an exception in the callback leads to.
	 */
	flush(): void {
		for (;;) {
			// Read once, and decided on: an acknowledgement that came between two readings would be waited for without end.
			const before = this.#control.acknowledged;
			this.#send();
			if (this.#control.cancelled) throw new Cancelled();
			if (((this.#sent - before) | 0) === 0) return;
			this.#control.wait(Infinity, () => this.#control.cancelled || this.#control.acknowledged !== before);
		}
	}

	post(message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void {
		this.#request.port.postMessage(message, transfer);
	}

	get #unacknowledged(): number {
		// As 32-bit integers, which is how the shared counter wraps.
		return (this.#sent - this.#control.acknowledged) | 0;
	}

	#append(report: Report): void {
		const run = this.#backlog.at(-1);
		if (run?.status === report.status && run.total === report.total) {
			const stride = run.count === 1 ? run.remaining - report.remaining : run.stride;
			if (run.remaining - run.count * stride === report.remaining) {
				this.#backlog[this.#backlog.length - 1] = {...run, stride, count: run.count + 1};
				return;
			}
		}

		this.#backlog.push({...report, stride: 0, count: 1});
	}

	#send(): void {
		for (let run = this.#backlog[0]; run !== undefined; run = this.#backlog[0]) {
			const count = Math.min(run.count, MAX_UNACKNOWLEDGED - this.#unacknowledged);
			if (count <= 0) return;
			const message: StepsMessage = {type: 'steps', ...run, count};
			this.post(message);
			this.#sent = (this.#sent + count) | 0;
			if (count < run.count) {
				this.#backlog[0] = {...run, remaining: run.remaining - count * run.stride, count: run.count - count};
			} else {
				this.#backlog.shift();
			}
		}
	}
}
