import {machineText, type Machine} from '../harness/machine.js';
import {tableOf} from './table.js';

/** What `npm run compare` has seen, as `results/compare.json` keeps it. */
export interface Comparison {
	readonly machine: Machine;
	/** Those that could run, and on what. */
	readonly sides: Readonly<Record<string, string>>;
	/** Those that could not, and why. */
	readonly leftOut: Readonly<Record<string, string>>;
	readonly situations: readonly ComparedSituation[];
}

export interface ComparedSituation {
	readonly title: string;
	readonly method: string;
	/** By the name of who was in it, in few words and with what these come from. */
	readonly observed: Readonly<Record<string, {readonly cell: string; readonly facts: object}>>;
}

/** The table, and what must be known of it, as Markdown. */
export function comparisonText({machine, sides, leftOut, situations}: Comparison): string {
	const rows = situations.map(({title, observed}) => ({
		'': title,
		...Object.fromEntries(Object.entries(observed).map(([name, {cell}]) => [name, cell])),
	}));
	const versions = Object.entries(sides).map(([name, version]) => `${name}: ${version}`);
	const missing = Object.entries(leftOut).map(([name, reason]) => `${name} was left out: ${reason}`);
	const known = [...machineText(machine).split('\n'), ...versions, ...missing];
	return `${tableOf(rows)}\n\n${known.join('; ')}.\n`;
}
