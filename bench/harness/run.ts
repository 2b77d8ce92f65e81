import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {OURS} from '../sides/index.js';
import {workloadOf} from '../workloads/index.js';
import {findAvailable} from './available.js';
import type {Bench} from './bench.js';
import type {CommandLine} from './command-line.js';
import {startDatabases} from './databases.js';
import {describeMachine, machineText} from './machine.js';
import {writeResults} from './results.js';
import {tableText} from './table.js';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

/** Runs workloads one after another: says on what, prints what each found, and writes its results. */
export async function runWorkloads(
	{names, quick, out}: CommandLine,
	directory: string,
	signal: AbortSignal,
): Promise<void> {
	const machine = await describeMachine(directory);
	const available = await findAvailable(signal);
	console.log(machineText(machine));
	for (const [name, version] of available.versions) console.log(`  ${name}: ${version}`);
	for (const [name, reason] of available.leftOut) console.log(`  ${name} is LEFT OUT: ${reason}`);
	const reason = available.leftOut.get(OURS);
	if (reason !== undefined) throw new Error(`${OURS} does not run: ${reason}`);

	const databases = startDatabases(signal);
	try {
		for (const name of names) {
			const {title, load} = workloadOf(name);
			console.log(`\n=== ${name}: ${title}`);
			const workload = await load();
			const bench: Bench = {
				quick,
				directory: join(directory, name),
				sides: [...available.versions.keys()],
				databases,
				signal,
				log: (line) => {
					console.log(line);
				},
			};
			await mkdir(bench.directory);
			const report = await workload.run(bench);
			console.log(tableText(report.rows));
			for (const note of report.notes) console.log(note);
			const results = out ?? (quick ? join(RESULTS, 'quick') : RESULTS);
			await writeResults(results, name, title, workload, report, {machine, available, quick});
			console.log(`Written: ${join(results, name)}.json and .svg`);
		}
	} finally {
		await databases.end();
	}
}
