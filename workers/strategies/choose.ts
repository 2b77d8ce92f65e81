import type {BackupRequest} from '../../src/protocol.ts';
import {hasChild} from '../child.ts';
import {isOnLocalDisk} from '../clone/local-disk.ts';
import {walSize, type SourceFile} from '../source/open.ts';
import {clone} from './clone.ts';
import {pages} from './pages.ts';
import {serialize} from './serialize.ts';
import type {Strategy} from './strategy.ts';
import {vacuum} from './vacuum.ts';

const MIB = 1024 * 1024;

/**
 * Up to this size, one read and one write are as fast as anything, or nearly: `npm run bench -- crossover` shows where
 * that ends for a thread that has a child process, which is between half a megabyte and two.
 */
const SERIALIZE_UP_TO = MIB;

/** Above this size, a clone is so much faster that it makes up for the time in which a child process starts. */
const CHILD_PAYS_FROM = 16 * MIB;

/** How many databases between those sizes this thread has seen. */
let middling = 0;

/** The strategy that was asked for, or the best one for the case. */
export function chooseStrategy(
	{copy, source, target, keepChild}: BackupRequest,
	file: SourceFile | undefined,
): Strategy {
	// Only in steps can a copy be held back.
	if (copy.maxRate !== Infinity) return pages;
	switch (copy.strategy) {
		case 'auto':
			if (copy.pages > 0) return pages;
			// What ends in memory is best read there.
			return source.kind === 'bytes' || target.kind === 'memory' ? serialize : bestFor(file, keepChild);
		case 'pages':
			return pages;
		case 'serialize':
			return serialize;
		case 'clone':
			return clone;
		case 'vacuum':
			return vacuum;
		default:
			return copy.strategy satisfies never;
	}
}

function bestFor(file: SourceFile | undefined, keepChild: number): Strategy {
	if (file === undefined) return pages;
	const bytes = Number(file.size) + walSize(file.path);
	if (bytes <= SERIALIZE_UP_TO) return serialize;
	if (!isOnLocalDisk(file.path)) return bytes <= CHILD_PAYS_FROM ? serialize : pages;
	if (bytes > CHILD_PAYS_FROM) return clone;
	// Each of them would start a child of its own.
	if (keepChild === 0) return serialize;
	const ready = hasChild();
	if (ready !== undefined) return ready ? clone : serialize;
	// A single one is not worth a child. Where a second one comes while the thread lives, there are likely to be many.
	return ++middling > 1 ? clone : serialize;
}
