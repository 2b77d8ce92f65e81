/** SQLite's paged backup with other settings than SQLite's own: what is to be gained, in seconds of the processor. */
import Database from 'better-sqlite3';
import type {Workload} from '../harness/bench.js';
import {compareWays, type Way} from '../harness/ways.js';

interface Settings {
	/** `PRAGMA cache_size` of the source. https://sqlite.org/pragma.html#pragma_cache_size */
	readonly cache?: number;
	/** `PRAGMA mmap_size` of the source. https://sqlite.org/mmap.html */
	readonly mmap?: number;
	/** Pages in one native call. */
	readonly slice?: number;
}

/** As the strategy `pages` has it: 1 MiB of 4 KiB pages. */
const SLICE = 256;

const WAYS: Readonly<Record<string, Way>> = {
	'as it is': withSettings({}),
	'source cache of 10 pages': withSettings({cache: 10}),
	'source cache of 64 MB': withSettings({cache: -64_000}),
	'slices of 0.5 MiB': withSettings({slice: 128}),
	'slices of 8 MiB': withSettings({slice: 2048}),
	'one slice': withSettings({slice: 2 ** 31 - 1}),
	'memory-mapped source': withSettings({mmap: 2 ** 31 - 1}),
};

const FULL = {bytes: 256e6, rounds: 7} as const;
const QUICK = {bytes: 16e6, rounds: 2} as const;

export const tuning: Workload = {
	method:
		'better-sqlite3 backup() of a WAL database, in one process, under one read transaction, not flushed: the settings of ' +
		'the source connection and the pages of a native call, one changed at a time. Processor time: user and system.',

	run: async (bench) => await compareWays(bench, WAYS, bench.quick ? QUICK : FULL),
};

function withSettings({cache, mmap, slice = SLICE}: Settings): Way {
	return async (source, target) => {
		const database = new Database(source, {timeout: 0});
		try {
			if (cache !== undefined) database.pragma(`cache_size = ${String(cache)}`);
			if (mmap !== undefined) database.pragma(`mmap_size = ${String(mmap)}`);
			database.exec('BEGIN; SELECT 1 FROM sqlite_schema');
			const [cpu, start] = [process.cpuUsage(), performance.now()];
			await database.backup(target, {progress: () => slice});
			const seconds = (performance.now() - start) / 1000;
			const {user, system} = process.cpuUsage(cpu);
			return {seconds, cpuSeconds: (user + system) / 1e6};
		} finally {
			database.close();
		}
	};
}
