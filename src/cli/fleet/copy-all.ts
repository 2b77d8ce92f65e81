import {resolve} from 'node:path';
import {AbortError, BackupError} from '../../errors.ts';
import type {JobEvent} from '../../events.ts';
import {BackupManager} from '../../manager.ts';
import type {BackupOptions} from '../../options.ts';
import {asUsageError, orUsageError} from '../errors/usage-error.ts';
import {EXIT_CODE, type ExitCode} from '../exit-code.ts';
import {checksumLine} from '../job/result-text.ts';
import type {Session} from '../session.ts';
import {Directories} from './directories.ts';
import type {Unreadable} from './match.ts';
import type {PlannedCopy} from './plan.ts';
import {requestsFor} from './requests.ts';
import {FleetState} from './state.ts';
import {summaryTable} from './summary.ts';
import {Tally} from './tally.ts';
import {createFleetView, type FleetView} from './view.ts';

export interface Fleet {
	readonly copies: readonly PlannedCopy[];
	/** What could not be looked into counts as failed: there may be databases in it. */
	readonly unreadable: readonly Unreadable[];
	readonly out: string;
	readonly jobs: number;
	readonly options: BackupOptions;
}

/** Makes all the copies and tells of each as it is done. Nothing grows with how many are done. */
export async function copyAll(fleet: Fleet, {output, signal}: Session): Promise<ExitCode> {
	const {copies, unreadable, out, jobs, options} = fleet;
	// First of all, because a value that makes no sense is not to be a failure of each copy.
	const manager = orUsageError(() => new BackupManager({maxThreads: jobs, defaults: options}));
	const tally = new Tally([...copies.map(({bytes}) => bytes), ...unreadable.map(() => 0)]);
	const state = new FleetState(tally);
	const view = createFleetView({output, state, jobs: Math.min(jobs, copies.length)});
	const fail = (error: unknown, {source, target, bytes = 0}: Failed): void => {
		tally.addFailure(bytes);
		state.settled(error instanceof BackupError ? error.jobId : undefined);
		// As the objects of progress and of results have them.
		if (output.json)
			output.fail(error, {source: resolve(source), ...(target === undefined ? {} : {target: resolve(target)})});
		else view.note(output.inWords(error, source));
		view.advanced();
	};

	const directories = new Directories(out);
	show(manager, state, view);
	// What is still to be said is said where the bars were.
	signal.addEventListener('abort', view.end);
	try {
		for (const {path, error} of unreadable) fail(cannotLookInto(path, error), {source: path});
		const requests = requestsFor(copies, directories, fail);
		for await (const outcome of manager.backupAll(requests, {signal})) {
			const {request} = outcome;
			if (outcome.status === 'fulfilled') {
				const {result} = outcome;
				tally.addResult(result, request.bytes);
				state.settled(result.jobId);
				output.record({type: 'result', ...result});
				if (result.sha256 !== undefined && !output.json) view.print(checksumLine(result.sha256, result.target));
				view.advanced();
			} else if (!(outcome.reason instanceof AbortError)) {
				fail(asUsageError(outcome.reason), request);
			}
		}
	} catch (error) {
		// What was done until then is told of all the same.
		if (!signal.aborted) throw error;
	} finally {
		view.end();
		await manager.close();
		await directories.removeEmpty();
	}

	const summary = tally.toRecord();
	output.record(summary);
	output.report(summaryTable(summary));
	// What comes when all is done stops nothing.
	if (summary.left > 0) signal.throwIfAborted();
	return summary.failed === 0 ? EXIT_CODE.ok : EXIT_CODE.failed;
}

/** What a failure happened to. */
type Failed = Pick<PlannedCopy, 'source'> & Partial<Pick<PlannedCopy, 'target' | 'bytes'>>;

function show(manager: BackupManager, state: FleetState, view: FleetView): void {
	manager.on('active', ({job}) => {
		view.active(job);
	});
	manager.on('progress', (event) => {
		state.progress(event);
		view.progress(event);
	});
	for (const event of ['completed', 'failed', 'aborted'] as const) {
		manager.on(event, ({job}: JobEvent) => {
			view.ended(job);
		});
	}
}

function cannotLookInto(path: string, cause: Error): BackupError {
	return new BackupError(
		'ERR_BACKUP_SOURCE',
		`The directory ${path} cannot be read: ${cause.message}. What is in it was not copied. Check it and its permissions, ` +
			'and remove a link that leads nowhere.',
		{cause},
	);
}
