import {BackupManager} from '../../src/index.js';
import type {Copy} from './measure.js';

/** The copy through the public API, as an application would make it, with every option at its default. */
export async function copyWithHotcopy(
	source: string,
	target: string,
	signal: AbortSignal,
	onProgress: (fraction: number) => void,
): Promise<Copy> {
	await using manager = new BackupManager({progressInterval: 25});
	manager.on('progress', ({remaining, total}) => {
		onProgress(total === 0 ? 0 : 1 - remaining / total);
	});

	const {restarts} = await manager.backup(source, target, {signal});
	return {finished: true, copied: 1, restarts};
}
