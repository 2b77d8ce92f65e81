import type {StrategyName} from '../../src/index.js';
import {SIDE_STYLES} from '../harness/chart.js';
import {OURS, type SideName} from '../sides/index.js';
import type {CallSettings} from './caller.js';
import {CALLER_NAMES, type CallerName} from './index.js';

/** A caller among others, with the settings that it is measured with. */
export interface CallContender {
	/** Names it among the others. */
	readonly label: string;
	readonly name: CallerName;
	readonly settings: CallSettings;
	/** In charts; its caller's by default. */
	readonly color?: string;
}

/** Those that can run here, with the defaults of each. */
export function defaultContenders(sides: readonly SideName[]): CallContender[] {
	return CALLER_NAMES.filter((name) => sides.includes(name)).map((name) => ({label: name, name, settings: {}}));
}

export function stylesOf(contenders: readonly CallContender[]): {readonly line: string; readonly color: string}[] {
	return contenders.map(({label, name, color}) => ({
		line: label,
		color: color ?? SIDE_STYLES.find(({line}) => line === name)?.color ?? 'black',
	}));
}

/** sqlite-hotcopy by each of some strategies. */
export function byStrategy(strategies: readonly StrategyName[]): CallContender[] {
	return strategies.map((strategy) => ({
		label: `${OURS}, ${strategy}`,
		name: OURS,
		settings: {strategy},
		color: STRATEGY_COLORS[strategy],
	}));
}

/** Shades of the colour of sqlite-hotcopy. */
const STRATEGY_COLORS: Readonly<Record<StrategyName, string>> = {
	pages: '#8c2d12',
	serialize: '#f2a07b',
	clone: '#d98200',
	vacuum: '#6b4a3a',
};
