/** What a worker thread runs: one job, from the request to its outcome; at last, its leave. */
import type {BackupRequest, CopyReport, FarewellOutcome, FarewellRequest, JobOutcome} from '../src/protocol.ts';
import {keepChild, leaveChildren} from './child.ts';
import {createContext, type JobContext} from './context.ts';
import {toOutcome} from './failures.ts';
import {reportLibraries} from './libraries.ts';
import {runRestore} from './restore.ts';
import {runJob} from './run.ts';
import {runSnapshot} from './snapshot.ts';

export default async function perform(request: BackupRequest | FarewellRequest): Promise<JobOutcome | FarewellOutcome> {
	if (request.type === 'backup') return await backup(request);
	await leaveChildren();
	return {type: 'farewell'};
}

async function backup(request: BackupRequest): Promise<JobOutcome> {
	const job = createContext(request);
	// In this order: a main thread that cancels and then sees no start knows that nothing will be touched.
	job.control.markStarted();
	if (job.control.cancelled) return {type: 'cancelled'};
	try {
		return {type: 'success', report: await run(job)};
	} catch (error) {
		return toOutcome(error);
	} finally {
		// Afterwards: better-sqlite3 loads its addon with the first database.
		reportLibraries(job.reporter);
		await keepChild(request.keepChild);
		// A turn of the event loop, in which Node.js frees the native memory of what is not used any more, as an image is. From
		// one job to the next there is none where the thread waits for it in `Atomics.wait`.
		await new Promise(setImmediate);
	}
}

async function run(job: JobContext): Promise<CopyReport> {
	const {target, restore} = job.request;
	if (target.kind === 'memory') return await runSnapshot(job);
	return restore === undefined ? await runJob(job) : await runRestore(job, restore);
}
