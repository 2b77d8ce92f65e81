/** What a copy under a pin costs a writer: how long its longest transaction takes, in both journal modes. */
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import Database from 'better-sqlite3';
import type {Bench, Workload} from '../harness/bench.js';
import {figure, spread} from '../harness/format.js';
import {BackupManager} from '../harness/package.js';
import {summarize, type Summary} from '../harness/statistics.js';
import type {WriterReport} from './pin-writer.js';

interface Plan {
	readonly megabytes: number;
	readonly rounds: number;
	/** How long the writer is watched without a copy, in ms. */
	readonly idle: number;
}

interface Measurement {
	readonly journalMode: string;
	readonly megabytes: number;
	readonly copyMs: Summary;
	readonly longestWriteIdleMs: number;
	readonly longestWriteMs: number;
	/** At its largest. */
	readonly walBytes: number;
}

const FULL: Plan = {megabytes: 256, rounds: 5, idle: 3000};
const QUICK: Plan = {megabytes: 16, rounds: 2, idle: 300};

export const pin: Workload = {
	method:
		'A thread writes a row, pauses for a millisecond, and so on, while sqlite-hotcopy copies the database again and ' +
		'again, all of it under one read transaction. The longest write, with and without copies.',

	async run(bench) {
		const measurements: Measurement[] = [];
		for (const mode of ['WAL', 'DELETE']) {
			measurements.push(await measure(join(bench.directory, mode), mode, bench));
		}

		return {measurements, rows: measurements.map(toRow), chart: toChart(measurements), notes: []};
	},
};

async function measure(path: string, journalMode: string, {quick, log, signal}: Bench): Promise<Measurement> {
	const {megabytes, rounds, idle} = quick ? QUICK : FULL;
	log(`${journalMode}:`);
	make(path, journalMode, megabytes);
	const worker = new Worker(new URL('pin-writer.ts', import.meta.url), {workerData: {path}});
	try {
		await once(worker, 'message');
		await sleep(idle, undefined, {signal});
		const before = await ask(worker);

		await using manager = new BackupManager();
		const durations: number[] = [];
		let walBytes = 0;
		for (let round = 0; round < rounds; round++) {
			const result = await manager.backup(path, `${path}.copy`, {signal});
			log(`  copied in ${figure(result.durationMs)} ms`);
			durations.push(result.durationMs);
			walBytes = Math.max(walBytes, result.walBytes);
		}

		const during = await ask(worker);
		return {
			journalMode,
			megabytes,
			copyMs: summarize(durations),
			longestWriteIdleMs: before.longestMs,
			longestWriteMs: during.longestMs,
			walBytes,
		};
	} finally {
		worker.postMessage('stop');
		await once(worker, 'exit');
		for (const suffix of ['', '.copy']) rmSync(path + suffix, {force: true});
	}
}

function make(path: string, mode: string, megabytes: number): void {
	const database = new Database(path);
	database.pragma(`journal_mode = ${mode}`);
	database.pragma('synchronous = OFF');
	database.exec('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler BLOB)');
	const insert = database.prepare('INSERT INTO account (balance, filler) VALUES (1000, randomblob(4000))');
	database.transaction(() => {
		for (let row = 0; row < (megabytes * 1e6) / 4096; row++) insert.run();
	})();
	database.close();
}

async function ask(worker: Worker): Promise<WriterReport> {
	worker.postMessage('report');
	const [report] = (await once(worker, 'message')) as [WriterReport];
	return report;
}

function toRow(measurement: Measurement): Record<string, string> {
	return {
		'journal mode': measurement.journalMode,
		MB: String(measurement.megabytes),
		'copy, ms': spread(measurement.copyMs),
		'longest write, idle, ms': figure(measurement.longestWriteIdleMs),
		'longest write during copies, ms': figure(measurement.longestWriteMs),
		'WAL at its largest, MB': figure(measurement.walBytes / 1e6),
	};
}

function toChart(measurements: readonly Measurement[]): object {
	const values = measurements.flatMap(({journalMode, longestWriteIdleMs, longestWriteMs}) => [
		{journalMode, when: 'without a copy', ms: longestWriteIdleMs},
		{journalMode, when: 'during copies', ms: longestWriteMs},
	]);
	return {
		data: {values: values.map((bar) => ({...bar, text: `${figure(bar.ms)} ms`}))},
		width: 420,
		height: {step: 26},
		encoding: {
			y: {field: 'journalMode', type: 'nominal', title: 'journal mode', sort: null},
			yOffset: {field: 'when', sort: null},
			x: {field: 'ms', type: 'quantitative', title: 'longest write, milliseconds'},
		},
		layer: [
			{mark: 'bar', encoding: {color: {field: 'when', type: 'nominal', sort: null, title: null}}},
			{mark: {type: 'text', align: 'left', dx: 5}, encoding: {text: {field: 'text'}}},
		],
	};
}
