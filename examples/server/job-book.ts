import {join} from 'node:path';
import type {BackupManager, BackupOptions, BackupSource, JobEvent} from 'sqlite-hotcopy';
import {isEnded, viewActive, viewCompleted, viewFailed, viewQueued, type JobView} from './job-view.js';

export interface JobBookOptions {
	readonly manager: BackupManager;
	readonly source: BackupSource;
	/** The directory for the backups. */
	readonly directory: string;
	/** How many jobs that have ended are remembered, 1 or more: a server that runs for months must not remember them all. */
	readonly history: number;
}

export type JobListener = (job: JobView) => void;

interface Entry {
	view: JobView;
	readonly controller: AbortController;
	/** Resolves when the job has ended, however it did. */
	readonly settled: Promise<void>;
}

/** The backups that clients have asked for. */
export class JobBook {
	readonly #options: JobBookOptions;
	readonly #unfinished = new Map<string, Entry>();
	readonly #ended = new Map<string, Entry>();
	readonly #listeners = new Set<JobListener>();

	constructor(options: JobBookOptions) {
		this.#options = options;
		const {manager} = options;
		for (const event of ['active', 'progress'] as const) {
			manager.on(event, ({job}) => {
				this.#change(job.id, (view) => viewActive(view, job));
			});
		}

		manager.on('completed', ({job, result}) => {
			this.#change(job.id, (view) => viewCompleted(view, job, result));
		});
		for (const event of ['failed', 'aborted'] as const) {
			manager.on(event, ({job, error}) => {
				this.#change(job.id, (view) => viewFailed(view, job, error));
			});
		}
	}

	/** Those that wait and run, in the order they came, then the last ones that have ended, in the order they did. */
	get jobs(): JobView[] {
		return [...this.#unfinished.values(), ...this.#ended.values()].map(({view}) => view);
	}

	find(id: string): JobView | undefined {
		return this.#find(id)?.view;
	}

	/**
	 * Starts a backup to a file of the directory.
	 *
	 * @throws what `backup()` rejects with where it does not accept the job, for example because the queue is full
	 */
	async start(name: string, options: BackupOptions): Promise<JobView> {
		const {manager, source, directory} = this.#options;
		const controller = new AbortController();
		// The manager tells of a job that it accepts before `backup()` returns, which is how its id is known from the start.
		const accepted: JobView[] = [];
		const accept = ({job}: JobEvent): void => {
			accepted.push(viewQueued(job, name));
		};
		manager.on('queued', accept);
		const backup = manager.backup(source, join(directory, name), {...options, signal: controller.signal});
		manager.off('queued', accept);
		const [view] = accepted;
		if (view === undefined) {
			await backup;
			throw new Error('The manager has not told of a job that it accepted');
		}

		const settled = backup.then(nothing, nothing);
		this.#unfinished.set(view.id, {view, controller, settled});
		this.#tell(view);
		return view;
	}

	/** Aborts a job, and resolves to what became of it: it may have been too late. */
	async abort(id: string): Promise<JobView | undefined> {
		const entry = this.#find(id);
		if (entry === undefined) return undefined;
		entry.controller.abort(new Error('A client asked for it'));
		await entry.settled;
		return entry.view;
	}

	/** Calls a listener with each job that is new or has changed, until what this returns is called. */
	listen(listener: JobListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** How many listen. */
	get listeners(): number {
		return this.#listeners.size;
	}

	#find(id: string): Entry | undefined {
		return this.#unfinished.get(id) ?? this.#ended.get(id);
	}

	/** Jobs of the manager that are not in the book are somebody else's: copies for `GET /snapshot`. */
	#change(id: string, next: (view: JobView) => JobView): void {
		const entry = this.#unfinished.get(id);
		if (entry === undefined) return;
		entry.view = next(entry.view);
		if (isEnded(entry.view)) {
			this.#unfinished.delete(id);
			this.#ended.set(id, entry);
			this.#forget();
		}

		this.#tell(entry.view);
	}

	#forget(): void {
		for (const id of this.#ended.keys()) {
			if (this.#ended.size <= this.#options.history) return;
			this.#ended.delete(id);
		}
	}

	#tell(view: JobView): void {
		for (const listener of this.#listeners) listener(view);
	}
}

function nothing(): void {
	// The events have told of it.
}
