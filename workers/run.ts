import {SQLITE_DONE} from '../src/constants.ts';
import type {CopyReport} from '../src/protocol.ts';
import type {JobContext} from './context.ts';
import {inspectTarget} from './publish/inspect.ts';
import {publish} from './publish/publish.ts';
import {createStaging} from './publish/staging.ts';
import {findSourceFile, openSource} from './source/open.ts';
import {chooseStrategy} from './strategies/choose.ts';
import type {Copied} from './strategies/strategy.ts';

/** One job: look, copy into a staging file, seal it, tell of the last step, publish. */
export async function runJob(job: JobContext): Promise<CopyReport> {
	const {request, reporter} = job;
	const file = request.source.kind === 'file' ? findSourceFile(request.source) : undefined;
	const target = inspectTarget(job, file);
	const strategy = chooseStrategy(request.copy);

	const staging = createStaging(target.path, job);
	try {
		const source = openSource(request.source, file);
		let copied: Copied;
		try {
			copied = await strategy.copy(source, staging.path, job);
		} finally {
			source.close();
		}

		const sealed = await publish({staging, target, file, copied}, job, () => {
			reporter.step(SQLITE_DONE, 0, copied.pages);
			reporter.flush();
		});
		return {
			source: source.name,
			target: target.path,
			strategy: strategy.name,
			...copied,
			bytes: copied.pages * copied.pageSize,
			restarts: reporter.restarts,
			busyRetries: reporter.busyRetries,
			walBytes: reporter.walBytes,
			verified: request.target.depth,
			...sealed,
		};
	} finally {
		staging.remove();
	}
}
