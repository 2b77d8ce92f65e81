import type {CopyRequest} from '../../src/protocol.ts';
import {pages} from './pages.ts';
import type {Strategy} from './strategy.ts';

/** The strategy that was asked for, or the best one for the case. */
export function chooseStrategy({strategy}: CopyRequest): Strategy {
	switch (strategy) {
		case 'auto':
		case 'pages':
			return pages;
		default:
			return strategy satisfies never;
	}
}
