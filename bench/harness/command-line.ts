import {statSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {WORKLOADS, workloadOf} from '../workloads/index.js';

export interface CommandLine {
	/** Workloads to run. */
	readonly names: readonly string[];
	readonly quick: boolean;
	/** Where the databases are made; the system's directory for temporary files unless given. */
	readonly dir: string | undefined;
	/** Where results are written. */
	readonly out: string | undefined;
	readonly help: boolean;
}

/** @throws Error with what to write instead, for anything that is not understood */
export function readCommandLine(args: readonly string[]): CommandLine {
	const {values, positionals} = parseArgs({
		args: [...args],
		allowPositionals: true,
		options: {
			quick: {type: 'boolean', default: false},
			dir: {type: 'string'},
			out: {type: 'string'},
			help: {type: 'boolean', short: 'h', default: false},
		},
	});
	for (const name of positionals) workloadOf(name);
	const {quick, dir, out, help} = values;
	if (dir !== undefined && statSync(dir, {throwIfNoEntry: false})?.isDirectory() !== true) {
		throw new Error(`--dir ${dir}: there is no such directory`);
	}

	return {names: positionals.length === 0 ? Object.keys(WORKLOADS) : positionals, quick, dir, out, help};
}

export function usage(): string {
	const width = Math.max(...Object.keys(WORKLOADS).map((name) => name.length));
	const list = Object.entries(WORKLOADS).map(([name, {title}]) => `  ${name.padEnd(width)}  ${title}`);
	return `npm run bench -- [WORKLOAD…] [--quick] [--dir DIR] [--out DIR]

Without a WORKLOAD, all of them:
${list.join('\n')}

  --quick    small sizes and few rounds: shows that it works, not how fast
  --dir DIR  where the databases are made, on a real disk (default: the directory for temporary files)
  --out DIR  where JSON and SVG are written (default: bench/results, and bench/results/quick with --quick)`;
}
