import {BackupError} from '../../src/errors.ts';
import type {StrategyName} from '../../src/options.ts';
import type {JobContext} from '../context.ts';
import {Cancelled} from '../failures.ts';
import type {Staging} from '../publish/staging.ts';
import type {Source} from '../source/open.ts';
import {chooseStrategy} from './choose.ts';
import {assertComplete} from './complete.ts';
import {pages} from './pages.ts';
import type {Copied, Strategy} from './strategy.ts';

/** A copy, and the strategy that made it. */
export interface MadeCopy extends Copied {
	readonly strategy: StrategyName;
}

/**
 * Copies a source into an empty staging file by the best strategy, or by `pages` where that one cannot do it. Why it
 * could not is of no interest: if something is wrong, `pages` runs into it as well, and says so.
 *
 * @param strategy the best one, unless that has been tried
 * @throws Cancelled, `BackupError`
 */
export async function copy(
	source: Source,
	staging: Staging,
	job: JobContext,
	strategy = chooseStrategy(job.request, source.file),
): Promise<MadeCopy> {
	if (strategy === pages) return await run(pages, source, staging, job);
	try {
		return await run(strategy, source, staging, job);
	} catch (error) {
		if (error instanceof Cancelled || error instanceof BackupError) throw error;
		// Whoever aborted has removed the file, and it must not be made anew.
		job.patience.throwIfCancelled();
		staging.empty();
		// What stood in the way of that is no more than an earlier attempt.
		job.patience.progressed();
		return await run(pages, source, staging, job);
	}
}

async function run(strategy: Strategy, source: Source, staging: Staging, job: JobContext): Promise<MadeCopy> {
	const copied = await strategy.copy(source, staging.path, job);
	const found = source.file?.size ?? BigInt(source.image?.length ?? 0);
	assertComplete(staging.path, job.request.target.path, found, copied);
	return {...copied, strategy: strategy.name};
}
