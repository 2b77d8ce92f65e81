import {linkSync} from 'node:fs';
import {codeOf, targetError} from '../failures.ts';
import {targetExists} from './inspect.ts';
import {removeOrphans} from './orphans.ts';
import {beginPublishing, type Publisher} from './publisher.ts';

/** `existing: 'fail'`. A link fails where the name is taken, in one step of the file system: there is no race to lose. */
export const linkNew: Publisher = ({staging, target}, job, announce) => {
	announce();
	beginPublishing(job);
	try {
		removeOrphans(target);
		linkSync(staging.path, target.path);
		staging.remove();
	} catch (error) {
		if (codeOf(error) === 'EEXIST') throw targetExists(target);
		throw targetError(target.path, error);
	}
};
