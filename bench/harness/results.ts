import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Available} from './available.js';
import type {Report, Workload} from './bench.js';
import {drawChart} from './chart.js';
import {machineText, type Machine} from './machine.js';

export interface Circumstances {
	readonly machine: Machine;
	readonly available: Available;
	readonly quick: boolean;
}

/** Writes `NAME.json` and `NAME.svg`, the same names each time, so that a new run replaces the old one's. */
export async function writeResults(
	directory: string,
	name: string,
	title: string,
	{method}: Workload,
	{measurements, derived, rows, chart, notes}: Report,
	{machine, available, quick}: Circumstances,
): Promise<void> {
	const json = {
		workload: name,
		title,
		method,
		quick,
		machine,
		sides: Object.fromEntries(available.versions),
		leftOut: Object.fromEntries(available.leftOut),
		notes,
		rows,
		measurements,
		derived,
	};
	const svg = await drawChart(
		chart,
		quick ? `${title} (quick run, not a measurement)` : title,
		machineText(machine).split('\n'),
	);
	await mkdir(directory, {recursive: true});
	await writeFile(join(directory, `${name}.json`), `${JSON.stringify(json, undefined, 2)}\n`);
	await writeFile(join(directory, `${name}.svg`), svg);
}
