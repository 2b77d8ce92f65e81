import {readFileSync} from 'node:fs';
import {machineText, type Machine} from '../harness/machine.js';

/** The part of a workload's JSON that people read. */
interface Result {
	readonly title: string;
	readonly method: string;
	readonly machine: Machine;
	readonly rows: readonly Readonly<Record<string, string>>[];
	readonly notes: readonly string[];
}

/** What was measured, the chart, the table and what must be known of it, as Markdown for a page of `docs/`. */
export function resultText(name: string, file: URL): string {
	// Written by the harness, as `results.ts` has it.
	const {title, method, machine, rows, notes} = JSON.parse(readFileSync(file, 'utf8')) as Result;
	const parts = [
		method,
		`![${title}](../bench/results/${name}.svg)`,
		markdownTable(rows),
		...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
		`\`npm run bench -- ${name}\`, ${machineText(machine).replaceAll('\n', '; ')}.`,
	];
	return `${parts.join('\n\n')}\n`;
}

/** All rows have the same keys, which become the head. */
export function markdownTable(rows: readonly Readonly<Record<string, string>>[]): string {
	const head = Object.keys(rows[0] ?? {});
	const lines = [head, head.map(() => '---'), ...rows.map((row) => Object.values(row))];
	return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
