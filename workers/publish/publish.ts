import type {ExistingMode} from '../../src/options.js';
import type {JobContext} from '../context.js';
import {linkNew} from './link-new.js';
import {overwrite} from './overwrite.js';
import type {FinishedCopy, Publisher} from './publisher.js';
import {replace} from './replace.js';
import {seal, type Sealed} from './seal.js';

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
