import type {ExistingMode} from '../../src/options.ts';
import type {JobContext} from '../context.ts';
import {linkNew} from './link-new.ts';
import {overwrite} from './overwrite.ts';
import type {FinishedCopy, Publisher} from './publisher.ts';
import {replace} from './replace.ts';
import {seal, type Sealed} from './seal.ts';

const PUBLISHERS: Readonly<Record<ExistingMode, Publisher>> = {replace, overwrite, fail: linkNew};

/**
 * @param announce tells the caller of the last step, and returns once the callback has accepted it: an exception there
 * still leaves the target as it was
 */
export async function publish(copy: FinishedCopy, job: JobContext, announce: () => void): Promise<Sealed> {
	const sealed = await seal(copy, job);
	await PUBLISHERS[copy.target.existing](copy, job, announce);
	return sealed;
}
