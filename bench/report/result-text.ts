import {readFileSync} from 'node:fs';
import {machineText, type Machine} from '../harness/machine.js';
import {tableOf} from './table.js';

/** The part of a workload's JSON that people read. */
interface Result {
	readonly title: string;
	readonly method: string;
	readonly machine: Machine;
	/** Those that could run, and on what. */
	readonly sides: Readonly<Record<string, string>>;
	/** Those that could not, and why. */
	readonly leftOut: Readonly<Record<string, string>>;
	readonly rows: readonly Readonly<Record<string, string>>[];
	readonly notes: readonly string[];
}

/** What was measured, the chart, the table and what must be known of it, as Markdown for a page of `docs/`. */
export function resultText(name: string, file: URL): string {
	// Written by the harness, as `results.ts` has it.
	const {title, method, machine, sides, leftOut, rows, notes} = JSON.parse(readFileSync(file, 'utf8')) as Result;
	const cells = rows.flatMap((row) => Object.values(row));
	const compared = Object.entries(sides).filter(([name]) => cells.some((cell) => cell.startsWith(name)));
	const missing = Object.entries(leftOut).map(([name, reason]) => `${name} was left out: ${reason}`);
	const known = [...notes, ...(compared.length > 1 ? [versionsText(compared), ...missing] : [])];
	const parts = [
		method,
		`![${title}](../bench/results/${name}.svg)`,
		tableOf(rows),
		...(known.length === 0 ? [] : [known.map((note) => `- ${note}`).join('\n')]),
		`\`npm run bench -- ${name}\`, ${machineText(machine).replaceAll('\n', '; ')}.`,
	];
	return `${parts.join('\n\n')}\n`;
}

function versionsText(sides: readonly (readonly [name: string, version: string])[]): string {
	const named = Map.groupBy(sides, ([, version]) => version);
	return [...named].map(([version, all]) => `${version}: ${all.map(([name]) => name).join(', ')}`).join('; ');
}
