import type {Workload} from '../harness/bench.js';

/** A workload before its module is loaded, which may need packages that are not installed yet. */
export interface Entry {
	/** What it measures, in a line for `--help` and as the chart's title. */
	readonly title: string;
	readonly load: () => Promise<Workload>;
}

export const WORKLOADS: Readonly<Record<string, Entry>> = {
	large: {
		title: 'One large database: time and processor time',
		load: async () => (await import('./large.js')).large,
	},
	small: {
		title: 'Many small databases: copies a second',
		load: async () => (await import('./small.js')).small,
	},
	parallel: {
		title: 'Eight databases at once: MB a second',
		load: async () => (await import('./parallel.js')).parallel,
	},
	crossover: {
		title: "Each strategy's time against the size of the database",
		load: async () => (await import('./crossover.js')).crossover,
	},
	tuning: {
		title: "Settings of SQLite's paged backup: processor time",
		load: async () => (await import('./tuning.js')).tuning,
	},
	pieces: {
		title: 'Ways to copy a file for a clone: time and processor time',
		load: async () => (await import('./pieces.js')).pieces,
	},
	growth: {
		title: 'Time against the size of the database',
		load: async () => (await import('./growth.js')).growth,
	},
	requests: {
		title: 'A server that answers from its database while it is copied',
		load: async () => (await import('./requests.js')).requests,
	},
	writers: {
		title: 'A writer at several rates: whether copies end, and what the writer loses',
		load: async () => (await import('./writers.js')).writers,
	},
	cancel: {
		title: 'From abort() to the rejected promise, and what is left behind',
		load: async () => (await import('./cancel.js')).cancel,
	},
	memory: {
		title: 'What copies need of memory, against the size of the database',
		load: async () => (await import('./memory.js')).memory,
	},
	overhead: {
		title: 'What a copy takes of the main thread',
		load: async () => (await import('./overhead.js')).overhead,
	},
	pin: {
		title: 'What a copy under one read transaction costs a writer',
		load: async () => (await import('./pin.js')).pin,
	},
	halts: {
		title: 'The machine itself, without copies: how long it runs nothing',
		load: async () => (await import('./halts.js')).halts,
	},
};

/** @throws Error that names them all, for a name that is none of them */
export function workloadOf(name: string): Entry {
	const entry = WORKLOADS[name];
	if (entry !== undefined && Object.hasOwn(WORKLOADS, name)) return entry;
	throw new Error(`There is no workload "${name}". Choose among: ${Object.keys(WORKLOADS).join(', ')}`);
}
