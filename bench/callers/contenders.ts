import {SIDE_STYLES} from '../harness/chart.js';
import type {SideName} from '../sides/index.js';
import type {CallSettings} from './caller.js';
import {CALLER_NAMES, type CallerName} from './index.js';

/** A caller among others, with the settings that it is measured with. */
export interface CallContender {
	/** Names it among the others. */
	readonly label: string;
	readonly name: CallerName;
	readonly settings: CallSettings;
}

/** Those that can run here, with the defaults of each. */
export function defaultContenders(sides: readonly SideName[]): CallContender[] {
	return CALLER_NAMES.filter((name) => sides.includes(name)).map((name) => ({label: name, name, settings: {}}));
}

/** Each has its caller's colour in charts. */
export function stylesOf(contenders: readonly CallContender[]): {readonly line: string; readonly color: string}[] {
	return contenders.map(({label, name}) => ({
		line: label,
		color: SIDE_STYLES.find(({line}) => line === name)?.color ?? 'black',
	}));
}
