import {SQLITE_DONE} from '../src/constants.ts';
import type {CopyReport} from '../src/protocol.ts';
import type {JobContext} from './context.ts';
import {inspectTarget} from './publish/inspect.ts';
import {publish} from './publish/publish.ts';
import type {SafetyCopy} from './publish/safety-copy.ts';
import {createStaging} from './publish/staging.ts';
import {findSourceFile, openSource, type Source, type SourceFile} from './source/open.ts';
import {copy, type MadeCopy} from './strategies/copy.ts';

/**
 * One job: look, copy into a staging file, seal it, tell of the last step, publish.
 *
 * @param safety keeps what is overwritten
 */
export async function runJob(job: JobContext, safety?: SafetyCopy): Promise<CopyReport> {
	const file = findSource(job);
	const target = inspectTarget(job, file);
	const staging = createStaging(target.path, target.sweep, job);
	try {
		const {name, made} = await withSource(job, file, async (source) => ({
			name: source.name,
			made: await copy(source, staging, job),
		}));
		const sealed = await publish({staging, target, file, copied: made, safety}, job, () => {
			announceLast(job, made);
		});
		return {...describe(job, name, made), target: target.path, ...sealed};
	} finally {
		staging.remove();
	}
}

/** Undefined for a source that has no file. */
export function findSource({request}: JobContext): SourceFile | undefined {
	return request.source.kind === 'file' ? findSourceFile(request.source) : undefined;
}

/** Has the source open for as long as something is done with it. */
export async function withSource<T>(
	{request}: JobContext,
	file: SourceFile | undefined,
	action: (source: Source) => Promise<T>,
): Promise<T> {
	const source = openSource(request.source, file);
	try {
		return await action(source);
	} finally {
		source.close();
	}
}

/** Returns once the callback has accepted the last step. */
export function announceLast({reporter}: JobContext, {pages, pageSize}: MadeCopy): void {
	reporter.pageSize = pageSize;
	reporter.step(SQLITE_DONE, 0, pages);
	reporter.flush();
}

/** What a job that succeeded tells of its copy; where that went is added by whoever put it there. */
export function describe(
	{request, reporter}: JobContext,
	source: string,
	{strategy, pages, pageSize}: MadeCopy,
): Omit<CopyReport, 'target'> {
	return {
		source,
		strategy,
		pages,
		pageSize,
		bytes: pages * pageSize,
		restarts: reporter.restarts,
		busyRetries: reporter.busyRetries,
		walBytes: reporter.walBytes,
		verified: request.target.depth,
	};
}
