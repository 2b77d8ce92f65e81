import {messageOf} from '../../src/message.js';
import {SIDE_NAMES, type SideName} from '../sides/index.js';
import {askVersion} from './side-process.js';

/** Who can run here. */
export interface Available {
	/** With what each runs on. */
	readonly versions: ReadonlyMap<SideName, string>;
	/** With the reason of each. */
	readonly leftOut: ReadonlyMap<SideName, string>;
}

export async function findAvailable(signal: AbortSignal): Promise<Available> {
	const versions = new Map<SideName, string>();
	const leftOut = new Map<SideName, string>();
	for (const name of SIDE_NAMES) {
		try {
			versions.set(name, await askVersion(name, signal));
		} catch (error) {
			signal.throwIfAborted();
			leftOut.set(name, messageOf(error));
		}
	}

	return {versions, leftOut};
}
