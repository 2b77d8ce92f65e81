import type {CopyRequest} from '../../src/protocol.js';
import {pages} from './pages.js';
import type {Strategy} from './strategy.js';

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
