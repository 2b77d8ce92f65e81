import type {BackupRequest} from '../../src/protocol.ts';
import {isOnLocalDisk} from '../clone/local-disk.ts';
import {walSize, type SourceFile} from '../source/open.ts';
import {clone} from './clone.ts';
import {pages} from './pages.ts';
import {serialize} from './serialize.ts';
import type {Strategy} from './strategy.ts';
import {vacuum} from './vacuum.ts';

const MIB = 1024 * 1024;

/** Up to this size, one read and one write are the fastest; `npm run bench -- crossover` shows where that ends. */
const SERIALIZE_UP_TO = 16 * MIB;

/** The strategy that was asked for, or the best one for the case. */
export function chooseStrategy({copy, source, target}: BackupRequest, file: SourceFile | undefined): Strategy {
	// Only in steps can a copy be held back.
	if (copy.maxRate !== Infinity) return pages;
	switch (copy.strategy) {
		case 'auto':
			if (copy.pages > 0) return pages;
			// What ends in memory is best read there.
			return source.kind === 'bytes' || target.kind === 'memory' ? serialize : bestFor(file);
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

function bestFor(file: SourceFile | undefined): Strategy {
	if (file === undefined) return pages;
	if (Number(file.size) + walSize(file.path) <= SERIALIZE_UP_TO) return serialize;
	return isOnLocalDisk(file.path) ? clone : pages;
}
